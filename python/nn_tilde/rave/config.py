"""What a RAVE is: one dataclass, read from stacked gin files or from the config.gin of a run.

`read(["v2", "causal"], ["CAPACITY=32"], channels=2)` reads ours, `read_run(path)` also the
release's. Whole models are read before their modifiers, whatever the order they are named in.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .config_check import check
from .gin_file import Bindings, ConfigError, Macro, Reference, find, short

__all__ = ["Config", "ConfigError", "Mel", "Noise", "read", "read_augmentations", "read_run"]

REGULARIZATIONS = {
    "VariationalEncoder": "variational",
    "WasserteinEncoder": "wasserstein",
    "DiscreteEncoder": "discrete",
    "SphericalEncoder": "spherical",
}
DISCRIMINATORS = {
    "MultiScaleDiscriminator": "multiscale",
    "MultiPeriodDiscriminator": "multiperiod",
    "MultiScaleSpectralDiscriminator": "spectral",
    "DescriptDiscriminator": "descript",
}
# Of each group a stack may name one.
_GROUPS = {
    "regularization": {"default", "wasserstein", "spherical"},
    "discriminator": {"spectral_discriminator", "descript_discriminator"},
}
_MODIFIERS = {*set().union(*_GROUPS.values()), "causal", "noise", "hybrid", "snake", "adain", "normalize_ambient"}


@dataclass(frozen=True)
class Mel:
    """Mel front end: window and hop in samples, bands."""

    n_fft: int = 2048
    hop: int = 256
    n_mels: int = 128


@dataclass(frozen=True)
class Noise:
    """Noise synthesiser: strides of its network, amplitudes per filter, hidden channels."""

    ratios: list[int]
    bands: int
    hidden: int = 0


@dataclass(frozen=True)
class Config:
    """Every setting of a model and its training. Lengths in samples, rates in Hz, phases in steps."""

    sampling_rate: int = 44100
    n_channels: int = 1
    n_band: int = 16
    attenuation: float = 100
    causal: bool = False
    tight_stride: bool = False  # causal strided convolutions end with the newest sample
    # network
    architecture: str = "v1"  # v1, v2
    capacity: int = 64
    latent_size: int = 128
    noise_augmentation: int = 0  # channels of noise beside the latents
    ratios: list[int] = field(default_factory=lambda: [4, 4, 4, 2])
    encoder_ratios: list[int] = field(default_factory=lambda: [4, 4, 4, 2])
    kernel_size: int = 3
    dilations: list[list[int]] = field(default_factory=lambda: [[1, 3, 9], [1, 3, 9], [1, 3, 9], [1, 3]])
    encoder_dilations: list[list[int]] = field(default_factory=lambda: [[1, 3, 9], [1, 3, 9], [1, 3, 9], [1, 3]])
    stack_kernels: list[int] = field(default_factory=lambda: [3])
    stack_dilations: list[list[int]] = field(default_factory=lambda: [[1, 1], [3, 1], [5, 1]])
    keep_dim: bool = False
    amplitude_modulation: bool = True
    activation: str = "leaky_relu"  # leaky_relu, snake
    unit_activation: str = "leaky_relu"  # within dilated units
    adain: bool = False
    recurrent: int = 0  # GRU layers before the generator
    noise: Noise | None = None
    input_mode: str = "pqmf"  # pqmf, mel, raw
    output_mode: str = "pqmf"  # pqmf, raw
    mel: Mel | None = None
    # latents
    regularization: str = "variational"  # variational, wasserstein, discrete, spherical
    variational_beta: float = 1.0
    num_quantizers: int = 16
    codebook_size: int = 1024
    # losses
    discriminators: list[str] = field(default_factory=lambda: ["multiscale"])  # multiperiod, spectral, descript
    multiscale_count: int = 3
    periods: list[int] = field(default_factory=lambda: [2, 3, 5, 7, 11])
    discriminator_capacity: int = 64
    spectral_scales: list[int] = field(default_factory=lambda: [4096, 2048, 1024, 512, 256])
    spectral_capacity: int = 32
    stft_scales: list[int] = field(default_factory=lambda: [2048, 1024, 512, 256, 128])
    log_epsilon: float = 1e-7
    weights: dict[str, float] = field(default_factory=lambda: {"feature_matching": 10})
    feature_matching_relative: bool = False
    num_skipped_features: int = 0
    valid_signal_crop: bool = False
    recipe: str = "aligned"  # aligned, release
    # schedule
    phase_1_duration: int = 1_000_000
    update_discriminator_every: int = 2
    learning_rate: float = 1e-3
    discriminator_learning_rate: float = 1e-4
    beta_initial: float = 0.1
    beta_target: float = 0.1
    beta_warmup: int = 1
    beta_log: bool = False
    max_residual: int | None = 1000
    augmentations: list[tuple[str, dict]] = field(default_factory=list)

    @property
    def ratio(self) -> int:
        """Samples per latent frame."""
        return math.prod(self.ratios) * (self.n_band if self.output_mode == "pqmf" else 1)

    def replace(self, **changes: object) -> Config:
        """A copy with other settings, checked."""
        return check(dataclasses.replace(self, **changes))

    def write(self, path: str | Path) -> None:
        """A config.gin that `read_run` and the release read."""
        from .gin_names import gin_text

        temporary = Path(f"{path}.part")
        temporary.write_text(gin_text(self), encoding="utf-8")
        temporary.replace(path)


def read(configs: Sequence[str] = ("v2",), overrides: Sequence[str] = (), channels: int | None = None) -> Config:
    """The configuration of stacked files, ours by name or any by path, and `NAME=value` overrides."""
    paths = [find(name) for name in configs]
    names = [path.stem for path in paths]
    includes = {path.stem: _files(path) for path in paths}
    # A model that another one of the stack is built on is part of that one.
    paths = [p for p in paths if not any(p.stem in includes[o] for o in names if o != p.stem)]
    whole = [p for p in paths if p.stem not in _MODIFIERS and "v1" in includes[p.stem]]
    if len(whole) > 1:
        raise ConfigError(f"{' and '.join(p.stem for p in whole)} are whole models each; choose one.")
    for what, group in _GROUPS.items():
        if len(chosen := [name for name in dict.fromkeys(names) if name in group]) > 1:
            raise ConfigError(f"{' and '.join(chosen)} are two choices of {what}; take one.")
    bindings = Bindings()
    for path in [*(whole or [find("v2")]), *(p for p in paths if p not in whole)]:
        bindings.read(path)
    _refuse_stack(bindings)
    for text in overrides:
        bindings.override(text)
    config = _settings(bindings)
    return config.replace(n_channels=channels) if channels else check(config)


def read_run(path: str | Path, overrides: Sequence[str] = ()) -> Config:
    """The configuration of a run: its config.gin, ours or the release's, and `NAME=value` overrides."""
    bindings = Bindings()
    bindings.read(Path(path))
    for text in overrides:
        bindings.override(text)
    return check(_settings(bindings))


def read_augmentations(names: Sequence[str]) -> list[tuple[str, dict]]:
    """[(class, arguments)] of augmentation files, ours by name or any by path, in their order."""
    result = []
    for name in names:
        bindings = Bindings()
        bindings.read(find(name, "augmentations"))
        arguments: dict[str, dict] = {}
        for key in bindings.values:
            cls, argument = key.rsplit(".", 1)
            arguments.setdefault(cls, {})[argument] = bindings.get(key)
        result += arguments.items()
    return result


def _files(path: Path) -> set[str]:
    bindings = Bindings()
    bindings.read(path)
    return set(bindings.files)


def _refuse_stack(b: Bindings) -> None:
    """What contradicts itself, by the files named."""
    files = set(b.files)
    if "discrete" in files and (odd := files & _GROUPS["regularization"]):
        raise ConfigError(f"discrete has its own regularization; leave out {', '.join(sorted(odd))}.")
    if "v2" not in files and (odd := files & {"wasserstein", "spherical", "noise", "adain", "hybrid"}):
        raise ConfigError(f"{', '.join(sorted(odd))} needs RAVE 2 or one of its kin, not v1, onnx or raspberry.")


def _settings(b: Bindings) -> Config:
    try:
        return from_bindings(b)
    except ConfigError:
        raise
    except (TypeError, ValueError, AttributeError) as error:  # of values that are of no use where they stand
        raise ConfigError(f"A setting has a value of the wrong kind ({error}).") from error


def from_bindings(b: Bindings) -> Config:
    """The settings that bindings of ours or of the release say; what neither says is as in v1 or v2."""

    def name(key: str, default: str = "") -> str:
        value = b.get(key)
        if value is not None and not isinstance(value, Reference):
            raise ConfigError(f"{key} takes the name of a class after an @, not {value!r}.")
        return value.name if value else default

    def macro(key: str, default: object) -> object:
        return b.resolve(Macro(key)) if key in b.macros else default

    wrapper = name("RAVE.encoder", "VariationalEncoder")
    if wrapper not in REGULARIZATIONS:
        raise ConfigError(f"There is no regularization '{wrapper}'.")
    encoder = name(f"{wrapper}.encoder") or name(f"{wrapper}.encoder_cls") or "Encoder"
    generator = name("RAVE.decoder", "Generator")
    if (encoder, generator) not in (("Encoder", "Generator"), ("EncoderV2", "GeneratorV2")):
        raise ConfigError(f"An encoder '{encoder}' with a generator '{generator}' cannot work.")
    ratios = list(b.get(f"{generator}.ratios", [4, 4, 4, 2]))
    dilations = _levels(b.get("GeneratorV2.dilations", [1, 3, 9]), len(ratios))
    mode, output = _modes(b)
    mel = None
    if mode == "mel":
        hop = b.get("MelSpectrogram.hop_length") or b.get("MelSpectrogram.n_fft", 2048) // 2
        mel = Mel(b.get("MelSpectrogram.n_fft", 2048), hop, b.get("MelSpectrogram.n_mels", 128))
    n_band = b.get("CachedPQMF.n_band", b.get("RAVE.n_bands", 16))
    encoder_ratios = b.get(f"{encoder}.ratios")
    if encoder_ratios is None:
        total = math.prod(ratios) * (n_band if output == "pqmf" else 1)
        encoder_ratios = _halvings(total, mel.hop if mel else n_band if mode == "pqmf" else 1)
    encoder_dilations = _levels(b.get("EncoderV2.dilations", [1, 3, 9]), len(encoder_ratios))
    latent_size = b.get(f"{encoder}.latent_size", b.get("RAVE.latent_size", 128))
    combined = [r.name for r in b.get("CombineDiscriminators.discriminators", [])]
    discriminator = name("RAVE.discriminator", "MultiScaleDiscriminator")
    classes = combined if discriminator == "CombineDiscriminators" else [discriminator]
    if unknown := [cls for cls in classes if cls not in DISCRIMINATORS]:
        raise ConfigError(f"There is no discriminator '{unknown[0]}'.")
    capacity = b.get(f"{generator}.capacity", macro("CAPACITY", 64))
    weights = dict(b.get("RAVE.weights") or b.get("RAVE.loss_weights") or {})
    snake = {"Snake": "snake"}
    return Config(
        sampling_rate=b.get("RAVE.sampling_rate", 44100),
        n_channels=b.get("RAVE.n_channels", 1),
        n_band=n_band,
        attenuation=b.get("CachedPQMF.attenuation", 100),
        causal=b.get("get_padding.mode", "centered") == "causal",
        tight_stride=macro("TIGHT_STRIDE", False),
        architecture="v1" if generator == "Generator" else "v2",
        capacity=capacity,
        latent_size=latent_size,
        noise_augmentation=b.get("get_augmented_latent_size.noise_augmentation", macro("NOISE_AUGMENTATION", 0)),
        ratios=ratios,
        encoder_ratios=list(encoder_ratios),
        kernel_size=b.get("GeneratorV2.kernel_size", 3),
        dilations=dilations,
        encoder_dilations=encoder_dilations,
        stack_kernels=b.get("ResidualStack.kernel_sizes", [3]),
        stack_dilations=b.get("ResidualStack.dilations_list", [[1, 1], [3, 1], [5, 1]]),
        keep_dim=bool(b.get("GeneratorV2.keep_dim", False)),
        amplitude_modulation=b.get("GeneratorV2.amplitude_modulation", False),
        activation=snake.get(
            name("GeneratorV2.activation" if generator != "Generator" else "UpsampleLayer.activation"), "leaky_relu"
        ),
        unit_activation=snake.get(name("DilatedUnit.activation"), "leaky_relu"),
        adain=bool(name("GeneratorV2.adain")),
        recurrent=b.get("GRU.num_layers", 1) if name(f"{generator}.recurrent_layer") else 0,
        noise=_noise(b, generator, bool(name("GeneratorV2.noise_module"))),
        input_mode=mode,
        output_mode=output,
        mel=mel,
        regularization=REGULARIZATIONS[wrapper],
        variational_beta=b.get("VariationalEncoder.beta", 1.0),
        num_quantizers=b.get("ResidualVectorQuantization.num_quantizers", 16),
        codebook_size=b.get("ResidualVectorQuantization.codebook_size", 1024),
        discriminators=[DISCRIMINATORS[cls] for cls in classes],
        multiscale_count=b.get("MultiScaleDiscriminator.n_discriminators", 3),
        periods=list(b.get("MultiPeriodDiscriminator.periods", [2, 3, 5, 7, 11])),
        discriminator_capacity=b.get("scales/ConvNet.capacity", b.get("periods/ConvNet.capacity", capacity)),
        spectral_scales=list(b.get("MultiScaleSpectralDiscriminator.scales", [4096, 2048, 1024, 512, 256])),
        spectral_capacity=b.get("EncodecConvNet.capacity", 32),
        stft_scales=list(b.get("MultiScaleSTFT.scales", [2048, 1024, 512, 256, 128])),
        log_epsilon=float(b.get("AudioDistanceV1.log_epsilon", 1e-7)),
        weights={"feature_matching": 20, **weights},
        # Not written by the release for runs of RAVE 2, which had it on.
        feature_matching_relative=macro(
            "FEATURE_MATCHING_RELATIVE", b.get("mean_difference.relative", generator == "GeneratorV2")
        ),
        num_skipped_features=b.get("RAVE.num_skipped_features", 0),
        valid_signal_crop=b.get("RAVE.valid_signal_crop", False),
        recipe=macro("RECIPE", "aligned"),
        phase_1_duration=b.get("RAVE.phase_1_duration", 1_000_000),
        update_discriminator_every=b.get("RAVE.update_discriminator_every", 2),
        learning_rate=macro("LEARNING_RATE", 1e-3),
        discriminator_learning_rate=macro("DISCRIMINATOR_LEARNING_RATE", 1e-4),
        beta_initial=b.get("BetaWarmupCallback.initial_value", 0.1),
        beta_target=b.get("BetaWarmupCallback.target_value", 0.1),
        beta_warmup=b.get("BetaWarmupCallback.warmup_len", 1),
        beta_log=b.get("BetaWarmupCallback.log", False),
        max_residual=macro("MAX_RESIDUAL", b.get("split_dataset.max_residual", 1000)),
        augmentations=[(short(cls), dict(arguments)) for cls, arguments in macro("AUGMENTATIONS", [])],
    )


def _levels(dilations: list, count: int) -> list[list[int]]:
    """Dilations per level; a flat list, as in RAVE 2.1, holds for every level."""
    if dilations and isinstance(dilations[0], int):
        return [list(dilations) for _ in range(count)]
    return [list(level) for level in dilations]


def _modes(b: Bindings) -> tuple[str, str]:
    """Input and output mode, in today's words or those of RAVE 2.1 and 2.2."""
    mode, output = b.get("RAVE.input_mode", "pqmf"), b.get("RAVE.output_mode", "pqmf")
    if b.get("RAVE.is_mel_input"):
        mode = "mel"
    elif b.get("RAVE.enable_pqmf_encode") is False:
        mode = "raw"
    if b.get("RAVE.enable_pqmf_decode") is False:
        output = "raw"
    return mode, output


def _halvings(total: int, hop: int) -> list[int]:
    """Strides of 2 from frames of `hop` samples to latents of `total`; [] when that is impossible."""
    count = round(math.log2(total / hop)) if total >= hop else 0
    return [2] * count if hop * 2**count == total else []


def _noise(b: Bindings, generator: str, module: bool) -> Noise | None:
    if generator == "Generator":
        if not b.get("Generator.use_noise", True):
            return None
        return Noise(list(b.get("NoiseGenerator.ratios", [4, 4, 4])), b.get("NoiseGenerator.noise_bands", 5))
    if not module:
        return None
    ratios = list(b.get("NoiseGeneratorV2.ratios", [2, 2, 2]))
    return Noise(ratios, b.get("NoiseGeneratorV2.noise_bands", 5), b.get("NoiseGeneratorV2.hidden_size", 128))
