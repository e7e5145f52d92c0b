"""The crops a RAVE is trained on and validated with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..audio import augment
from ..audio.crops import Crops
from ..audio.dataset import Dataset, open_dataset, split
from .config import Config

LARGEST_VALIDATION = 1000  # items, as in the release


@dataclass(frozen=True)
class TrainingItems:
    """items[epoch, index] → float32 [channels, n_signal]."""

    crops: Crops
    indices: np.ndarray

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, key: tuple[int, int]) -> np.ndarray:
        epoch, index = key
        return self.crops(epoch, int(self.indices[index]))


@dataclass(frozen=True)
class ValidationItems:
    """items[index] → float32 [channels, n_signal], without augmentation."""

    crops: Crops
    indices: np.ndarray

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> np.ndarray:
        return self.crops.validation(int(self.indices[index]))


@dataclass(frozen=True)
class Data:
    training: TrainingItems
    validation: ValidationItems


@dataclass(frozen=True)
class DataFlags:
    """What the command line says about data. n_signal: samples at the model's rate."""

    db_path: str
    val_db_path: str | None = None
    n_signal: int = 131072
    seed: int = 0
    normalize: bool = False
    derivative: bool = False
    rand_pitch: tuple[float, float] | None = None


def open_data(store: Dataset, config: Config, flags: DataFlags) -> Data:
    """Both sets. Without a validation set of its own, 2 % of the items are kept apart.

    Raises DatasetError or ValueError, one sentence.
    """
    shared = {
        "n_signal": flags.n_signal,
        "channels": config.n_channels,
        "sampling_rate": config.sampling_rate,
        "seed": flags.seed,
        "normalize": flags.normalize,
        "derivative": flags.derivative,
    }
    crops = Crops(store, augmentations=augment.build(config.augmentations), rand_pitch=flags.rand_pitch, **shared)
    if flags.val_db_path is None:
        train, validation = split(store, max_residual=config.max_residual)
        return Data(TrainingItems(crops, np.array(train)), ValidationItems(crops, np.array(validation)))
    other = open_dataset(flags.val_db_path, flags.n_signal)
    if other.channels < config.n_channels:
        raise ValueError(
            f"The validation set has {other.channels} channel(s) and the model {config.n_channels}: "
            f"preprocess it with --channels {config.n_channels}."
        )
    spread = np.unique(np.linspace(0, len(other) - 1, min(len(other), LARGEST_VALIDATION)).round().astype(int))
    return Data(TrainingItems(crops, np.arange(len(store))), ValidationItems(Crops(other, **shared), spread))
