"""What a configuration says, as plain values. No torch here.

The names of the fields, from `Config` down, are the paths of the settings: `model.encoder.args.channels`, where
`args` may be left out; where there are both, `args` counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .transform_settings import Frame, frame_of

# channels, kernels and strides of an encoder and a decoder; the decoder's last stride belongs to no layer
PRESETS: dict[str, dict[str, tuple[list[int], list[int], list[int]]]] = {
    "small": {
        "ConvEncoder": ([32, 16, 8], [3, 5, 7], [1, 2, 4]),
        "DeconvEncoder": ([8, 16, 32], [7, 5, 3], [4, 2, 1]),
    },
    "mid": {
        "ConvEncoder": ([64, 32, 16, 8], [3, 5, 7, 9], [1, 2, 2, 4]),
        "DeconvEncoder": ([8, 16, 32, 64], [9, 7, 5, 3], [4, 2, 2, 1]),
    },
    "large": {
        "ConvEncoder": ([64, 32, 16, 8], [11, 13, 15, 17], [8, 4, 4, 2]),
        "DeconvEncoder": ([8, 16, 32, 64], [17, 15, 13, 11], [8, 4, 4, 2]),
    },
}


@dataclass(frozen=True)
class Network:
    """Convolutions over the bins of a frame, and layers without structure between them and the latents.

    type: ConvEncoder (of an encoder), DeconvEncoder (of a decoder) or MLPEncoder. Without channels, kernel_size and
    stride, those of the preset. nlayers hidden layers of hidden_dims units, or a list of their units.
    """

    type: str = ""
    preset: str | None = None  # small, mid, large
    channels: list[int] | None = None
    kernel_size: list[int] | None = None
    stride: list[int] | None = None
    nnlin: str = "SiLU"
    norm: str | None = "batch"
    bias: bool = True
    nlayers: int = 1
    hidden_dims: int | list[int] = 800
    hidden_nnlin: str = "ELU"

    @property
    def hidden(self) -> list[int]:
        return self.hidden_dims if isinstance(self.hidden_dims, list) else [self.hidden_dims] * self.nlayers


@dataclass(frozen=True)
class Decoder(Network):
    """out_nnlin: after the last layer, of the mean if there is a distribution (but a sigmoid for Bernoulli)."""

    out_nnlin: str | None = "Softplus"
    target_dist: str | None = None  # Normal, Bernoulli


@dataclass(frozen=True)
class Latent:
    dim: int = 8
    dist: str = "Normal"


@dataclass(frozen=True)
class Condition:
    """Labels of a task as an input. dim: classes, None: as many as the dataset has; out_dim: of Embedding and
    TimeEmbedding; range: of labels that are no classes (Value, TimeEmbedding)."""

    dim: int | None = None
    target: list[str] = field(default_factory=lambda: ["decoder"])  # encoder, decoder
    embedding: str = "OneHot"  # OneHot, Embedding, Value, TimeEmbedding
    out_dim: int = 16
    range: list[float] = field(default_factory=lambda: [0.0, 1.0])
    mode: str = "cat"

    @property
    def categorical(self) -> bool:
        return self.embedding in ("OneHot", "Embedding")

    @property
    def width(self) -> int:
        return {"OneHot": self.dim or 0, "Value": 1}.get(self.embedding, self.out_dim)


@dataclass(frozen=True)
class Prediction:
    """Labels of a task as an output. unlabelled: what frames without one teach, as little certainty as possible
    (entropy), random labels (random) or nothing (none)."""

    dim: int | None = None
    type: str = "MLPEncoder"
    nlayers: int = 2
    hidden_dims: int | list[int] = 100
    nnlin: str = "ELU"
    target_dist: str = "Categorical"  # or Normal, of continuous labels
    weight: float = 1.0
    unlabelled: str = "entropy"

    @property
    def hidden(self) -> list[int]:
        return self.hidden_dims if isinstance(self.hidden_dims, list) else [self.hidden_dims] * self.nlayers


@dataclass(frozen=True)
class Model:
    """channels: of a frame, 1 for magnitudes of mono."""

    channels: int = 1
    encoder: Network = field(default_factory=lambda: Network("ConvEncoder", "mid"))
    latent: Latent = field(default_factory=Latent)
    decoder: Decoder = field(default_factory=lambda: Decoder("DeconvEncoder", "mid"))
    conditioning: dict[str, Condition] = field(default_factory=dict)
    prediction: dict[str, Prediction] = field(default_factory=dict)

    @property
    def tasks(self) -> list[str]:
        """Whose labels the model needs: those that condition, then those that are only predicted."""
        return list(dict.fromkeys([*self.conditioning, *self.prediction]))

    def categorical(self, task: str) -> bool:
        """Whether the labels of one of its tasks are classes."""
        condition = self.conditioning.get(task)
        return condition.categorical if condition else self.prediction[task].target_dist == "Categorical"

    def conditions(self, target: str) -> dict[str, Condition]:
        """Of the encoder or the decoder."""
        return {task: condition for task, condition in self.conditioning.items() if target in condition.target}


@dataclass(frozen=True)
class Term:
    """A part of the loss: its name (`type`), its own settings and its weight in the sum."""

    type: str
    args: dict[str, Any] = field(default_factory=dict)
    weight: float = 1.0


@dataclass(frozen=True)
class Prior:
    """isotropic: N(0, 1); normal: with this mean and deviation, one number or one for each latent."""

    type: str = "isotropic"
    mean: float | list[float] = 0.0
    std: float | list[float] = 1.0


@dataclass(frozen=True)
class Optimizer:
    type: str = "Adam"
    args: dict[str, Any] = field(default_factory=lambda: {"lr": 1e-4})


@dataclass(frozen=True)
class Training:
    """warmup: batches or epochs, by `schedule`, in which beta rises from 0. dim_red: projections of the latents that
    are fitted on at most dim_red_batches batches. optim_params: patterns of the names of what is trained."""

    beta: float = 1.0
    warmup: int = 500_000
    schedule: str = "batch"  # or epoch
    reconstruction: list[Term] = field(default_factory=lambda: [Term("SpectralConvergence")])
    regularization: list[Term] = field(default_factory=lambda: [Term("KLD", {"free_bits": 10})])
    prior: Prior = field(default_factory=Prior)
    optimizer: Optimizer = field(default_factory=Optimizer)
    optim_params: list[str] = field(default_factory=lambda: [".*"])
    scheduler: dict[str, Any] | None = None
    dim_red: list[str] = field(default_factory=lambda: ["PCA", "ICA"])
    dim_red_batches: int = 1024


@dataclass(frozen=True)
class DatasetSettings:
    """root: the folder; sr: Hz; lengths in samples; metadata_callbacks: see `vschaos.data.Callback`."""

    root: str | None = None
    sr: int = 44100
    n_files: int | None = None
    min_length: int = 0
    target_length: int | None = None
    metadata_callbacks: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Loader:
    batch_size: int = 256
    shuffle: bool = True
    num_workers: int | None = None  # None: as many as there are processors


@dataclass(frozen=True)
class Transforms:
    """Names of transforms and their parameters, in their order; what the pre_transforms make is kept on disk."""

    pre_transforms: dict[str, dict[str, Any]] = field(default_factory=dict)
    transforms: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Data:
    dataset: DatasetSettings = field(default_factory=DatasetSettings)
    loader: Loader = field(default_factory=Loader)
    transforms: Transforms = field(default_factory=Transforms)
    augmentations: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Config:
    """Everything. check: say what was built, and wait before the training; pl_trainer: of the loop (max_epochs)."""

    name: str | None = None
    rundir: str | None = None
    check: bool = False
    seed: int = 0
    gpus: int | str | list[int] | None = None
    data: Data = field(default_factory=Data)
    model: Model = field(default_factory=Model)
    training: Training = field(default_factory=Training)
    pl_trainer: dict[str, Any] = field(default_factory=lambda: {"max_epochs": 2000})
    callbacks: dict[str, dict[str, Any]] = field(default_factory=dict)
    config_checkpoint: dict[str, Any] | str | None = None

    @property
    def transforms(self) -> dict[str, dict[str, Any]]:
        """All transforms, by name, in their order."""
        return {**self.data.transforms.pre_transforms, **self.data.transforms.transforms}

    @property
    def frame(self) -> Frame:
        """What the transforms make: arguments of `transforms.Transform`, planes and bins. Raises ConfigError."""
        return frame_of(self.transforms, self.data.dataset.sr)

    @property
    def bins(self) -> int:
        """Of a frame."""
        return self.frame.bins
