"""What generation begins with and is steered by."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...audio import AudioError, find_audio
from ...audio.metadata import DatasetError
from ..params import resample_array
from ..tier import Tier
from .recording import Recording, look_at, rows, with_curves


def primer(
    tier: Tier,
    length: int,
    *,
    file: str | os.PathLike | None = None,
    start: float = 0.0,
    data_dir: str | os.PathLike | None = None,
    param_dir: str | os.PathLike | None = None,
    seed: int = 0,
    batch: int = 1,
) -> np.ndarray:
    """float32 [batch, length, gen + cond]: `length` values of a recording, as the network hears them.

    file: from this recording, `start` seconds after its beginning (for each of the batch); otherwise from anywhere in
    the recordings of data_dir, by the seed. param_dir: as in `read_index`.
    Raises DatasetError when no recording is long enough, AudioError, ParamsError, FileNotFoundError.
    """
    if length < 1:
        raise ValueError(f"A primer has at least 1 value, not {length}.")
    folder = None if data_dir is None else Path(data_dir)
    params = None if param_dir is None else Path(param_dir)
    if file is not None:
        recording = look_at(Path(file), tier)
        last = round(start * tier.sample_rate) + length
        if start < 0 or last > recording.length:
            raise DatasetError(
                f"'{file}' has {recording.seconds:.4g} s; {length / tier.sample_rate:.4g} s from {start:g} s on "
                f"({length} values) are not in it."
            )
        one = rows(with_curves(recording, tier, folder, params), tier, start, length)
        return np.repeat(one[None], batch, axis=0)
    if folder is None:
        raise ValueError("A primer needs a recording or a folder of them.")
    long_enough = _at_least(length, tier, folder)
    ends = np.cumsum([recording.length - length + 1 for recording in long_enough])
    items = []
    for number in range(batch):
        index = int(np.random.default_rng((seed, number)).integers(ends[-1]))
        chosen = int(np.searchsorted(ends, index, side="right"))
        first = index - (int(ends[chosen - 1]) if chosen else 0)
        recording = with_curves(long_enough[chosen], tier, folder if folder.is_dir() else folder.parent, params)
        items.append(rows(recording, tier, first / tier.sample_rate, length))
    return np.stack(items)


def _at_least(length: int, tier: Tier, folder: Path) -> list[Recording]:
    """The recordings of `folder` with as many values."""
    found, longest = [], 0.0
    for path in find_audio([folder]):
        try:
            recording = look_at(path, tier)
        except AudioError:
            continue  # training has said so
        longest = max(longest, recording.seconds)
        if recording.length >= length:
            found.append(recording)
    if not found:
        raise DatasetError(
            f"No recording in '{folder}' has the {length} values ({length / tier.sample_rate:.4g} s) to begin with; "
            f"the longest has {longest:.4g} s."
        )
    return found


def conditioning(
    array: np.ndarray | str | os.PathLike, external_sr: float, tier: Tier, length: int, batch: int = 1
) -> np.ndarray:
    """float32 [batch, length, cond]: an array of curves, or the .npy file of one, at the tier's rate.

    array: [batch, length, features] at `external_sr` values a second, the features in the order of --prop; [length]
    and [length, features] are a batch of one, which serves for any batch. Past its end the last row is held.
    ValueError: another shape, values that are no numbers, or a file that is none.
    """
    name = "The conditioning array"
    if isinstance(array, str | os.PathLike):
        name = f"'{os.fspath(array)}'"
        try:
            array = np.load(array, allow_pickle=False)
        except (ValueError, EOFError):
            raise ValueError(f"{name} is not a .npy file of numbers.") from None
    array = np.asarray(array)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name} does not hold numbers.")
    given = array.shape
    if array.ndim < 3:
        array = array[None, :, None] if array.ndim == 1 else array[None]
    if array.ndim != 3 or not array.size:
        raise ValueError(f"{name} is {_shape(given)}; it has to be [batch, length, features].")
    if array.shape[2] != tier.cond_size:
        raise ValueError(
            f"{name} is {_shape(given)}; the model takes {tier.cond_size} feature(s): {', '.join(tier.prop) or 'none'}."
        )
    if array.shape[0] not in (1, batch):
        raise ValueError(f"{name} has a batch of {array.shape[0]}, and {batch} are generated.")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds values that are not finite.")
    if not external_sr > 0:
        raise ValueError(f"--external_sr must be above 0, not {external_sr:g}.")
    # A rate so low that not one new value fits still has its first.
    _, curves = resample_array(array, external_sr, tier.sample_rate)
    curves = curves if curves.shape[1] else array[:, :1]
    curves = curves[:, :length]
    held = np.repeat(curves[:, -1:], length - curves.shape[1], axis=1)
    whole = np.concatenate([curves, held], axis=1).astype(np.float32)
    return np.repeat(whole, batch, axis=0) if whole.shape[0] == 1 else whole


def _shape(shape: Sequence[int]) -> str:
    return "[" + ", ".join(map(str, shape)) + "]"
