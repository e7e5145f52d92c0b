"""What can be measured of sounds besides their latents: the plug-in that measures, the table of those there are.

A module of a user's own:

    import numpy as np
    from nn_tilde.msprior.descriptors import Descriptor, register

    @register
    class Level(Descriptor):
        name = "level"

        def example(self, audio, path):
            return np.abs(audio[: len(audio) // 512 * 512]).reshape(-1, 512).mean(1)

    msprior preprocess … --preprocessor my.module
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

import numpy as np

MODES, KINDS, RESAMPLING = ("static", "dynamic"), ("features", "tokens"), ("nearest", "linear")


class DescriptorError(ValueError):
    """A descriptor that there is not, or that does not keep to the rules; one sentence."""


@dataclass(eq=False)
class Descriptor:
    """A measure of sounds. A class of its own overrides `example` or `batch`, and may give fields as class attributes.

    name: of the key in the dataset. mode: static (one text, number or row of numbers a sound), dynamic (values along
    it). dtype: a numpy type, or str. kind: features or tokens (classes, whole numbers from 0); left out it goes by
    dtype. num_tokens: how many classes, 0 for as many as turn up. resample: whether values, spread evenly over the
    sound, are brought to one a latent frame; otherwise there is one each `ratio` frames. resampling_mode: nearest,
    linear. parallel: examples may be measured in several threads at once. sampling_rate: Hz that it wants to hear,
    None for whatever there is. device: for torch. context: samples before a piece that it would like to hear.
    """

    name: str = ""
    mode: str = "dynamic"
    dtype: type | str = np.float32
    resample: bool = True
    resampling_mode: str = "nearest"
    parallel: bool = False
    device: str | None = None
    sampling_rate: int | None = None
    kind: str | None = None
    ratio: int = 1
    num_tokens: int = 0
    context: int = 0

    def __post_init__(self) -> None:
        for name in {field.name for field in fields(self)} & set(_own(type(self))):  # of a class that is no dataclass
            if getattr(self, name) == getattr(Descriptor, name):
                setattr(self, name, getattr(type(self), name))
        self.rate = self.sampling_rate or 0  # Hz of the sound at hand
        if self.kind is None:
            whole = self.dtype is not str and np.issubdtype(np.dtype(self.dtype), np.integer)
            self.kind = "tokens" if whole else "features"
        self._check()

    def _check(self) -> None:
        if not isinstance(self.name, str) or not re.fullmatch(r"[A-Za-z0-9][\w.-]*", self.name) or self.name == "rave":
            raise DescriptorError(f"A descriptor needs a name of letters, digits and _, other than {self.name!r}.")
        words = {"mode": MODES, "kind": KINDS, "resampling_mode": RESAMPLING}
        for field, allowed in words.items():
            if getattr(self, field) not in allowed:
                raise self.error(f"has {field} {getattr(self, field)!r}; {' or '.join(allowed)} there are")
        if isinstance(self.ratio, bool) or not isinstance(self.ratio, int) or self.ratio < 1:
            raise self.error(f"has one value each {self.ratio!r} latent frames; ratio is a whole number from 1")
        if self.resample and self.kind == "tokens" and self.resampling_mode == "linear":
            raise self.error("makes tokens, between which nothing can be: its resampling_mode is nearest")
        if self.resample and self.ratio != 1:
            raise self.error(f"has resample and ratio {self.ratio}, of which it can have one")
        if self.mode == "dynamic" and self.dtype in (str, "str"):
            raise self.error("is dynamic, and texts are static")

    def error(self, what: str) -> DescriptorError:
        """To raise when `what` is wrong."""
        return DescriptorError(f"The descriptor '{self.name}' {what}.")

    def example(self, audio: np.ndarray, path: str) -> object:
        """Mono float32 [samples] at `self.rate` Hz → text, number or [width]; dynamic: [values] or [values, width]."""
        raise self.error("has neither `example` nor `batch`")

    def batch(self, audio: list[np.ndarray], paths: list[str]) -> Sequence:
        """The same of several sounds, one result each."""
        if self.parallel and len(audio) > 1:
            with ThreadPoolExecutor() as pool:
                return list(pool.map(self.example, audio, paths))
        return [self.example(x, path) for x, path in zip(audio, paths, strict=True)]

    def __call__(
        self, audio: Sequence[np.ndarray], paths: Sequence[str], sampling_rate: int, frames: Sequence[int]
    ) -> list[np.ndarray | str]:
        """Measures pieces of sound, mono float32 [samples] each, that have `frames` latent frames each.

        Dynamic: float32 (tokens: int32) [frames, width], or [⌈frames / ratio⌉, width] without resample. Static: a text,
        or float32 [width]. DescriptorError: the plug-in fails, or gives something else.
        """
        self.rate = self.sampling_rate or sampling_rate
        heard = [np.ascontiguousarray(x, np.float32) for x in audio]
        if self.rate != sampling_rate:
            import soxr

            heard = [soxr.resample(x, sampling_rate, self.rate) for x in heard]
        try:
            found = list(self.batch(heard, [str(path) for path in paths]))
        except DescriptorError:
            raise
        except Exception as error:  # whatever a user's code raises
            said = " ".join(str(error).split()) or type(error).__name__
            where = f"'{paths[0]}'" if len(paths) == 1 else f"one of {len(paths)} pieces"
            raise self.error(f"failed on {where} ({said.rstrip('.')})") from error
        if len(found) != len(audio):
            raise self.error(f"gave {len(found)} results for {len(audio)} sounds")
        if self.mode == "static":
            return [self._static(value) for value in found]
        return [self._dynamic(value, count) for value, count in zip(found, frames, strict=True)]

    def _static(self, value: object) -> np.ndarray | str:
        if isinstance(value, str):
            return value
        return self._numbers(value, 1).reshape(-1)

    def _dynamic(self, value: object, frames: int) -> np.ndarray:
        values = self._numbers(value, 2)
        values = values[:, None] if values.ndim == 1 else values
        if values.ndim != 2 or 0 in values.shape:
            raise self.error(f"gave numbers of shape {[*values.shape]} instead of [values] or [values, width]")
        if self.resample:
            return _spread(values, frames, self.resampling_mode)
        wanted = -(-frames // self.ratio)
        if len(values) < wanted - 1 or not wanted:
            raise self.error(f"gave {len(values)} values instead of {wanted}, one each {self.ratio} latent frames")
        return values[np.minimum(np.arange(wanted), len(values) - 1)]

    def _numbers(self, value: object, dimensions: int) -> np.ndarray:
        if hasattr(value, "detach"):  # a torch tensor
            value = value.detach().cpu().numpy()
        try:
            numbers = np.array(value, np.float64)
        except (TypeError, ValueError):
            raise self.error(f"gave a {type(value).__name__}, in which there are not only numbers") from None
        if numbers.ndim > dimensions:
            raise self.error(f"gave numbers of shape {[*numbers.shape]}, more than {dimensions} dimensions")
        numbers[~np.isfinite(numbers)] = 0
        if self.kind == "features":
            return numbers.astype(np.float32)
        if numbers.size and (numbers.min() < 0 or numbers.max() >= (self.num_tokens or 2**31)):
            wrong = numbers.min() if numbers.min() < 0 else numbers.max()
            raise self.error(f"gave the token {wrong:.0f}, which is not one of its {self.num_tokens or 'tokens'}")
        return numbers.astype(np.int32)


def _own(kind: type) -> dict:
    """Class attributes below Descriptor, except those of dataclasses, whose constructors know them."""
    found: dict = {}
    for cls in reversed(kind.__mro__[: kind.__mro__.index(Descriptor)]):
        found |= {} if "__dataclass_fields__" in vars(cls) else vars(cls)
    return found


def _spread(values: np.ndarray, frames: int, mode: str) -> np.ndarray:
    """[n, width] → [frames, width]; values and frames share the sound evenly, each in the middle of its part."""
    if len(values) == frames:
        return values
    at = (np.arange(frames) + 0.5) * len(values) / frames
    if mode == "nearest":
        return values[np.minimum(at.astype(np.int64), len(values) - 1)]
    places = np.arange(len(values)) + 0.5
    return np.stack([np.interp(at, places, column) for column in values.T], axis=1).astype(values.dtype)
