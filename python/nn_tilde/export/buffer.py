"""`Buffer`: audio that the patch lends to a model (a `buffer~` in Max, an array in Pd)."""

import torch

from .torchscript import script


class Buffer:
    """Audio in an attribute of a model, also inside TorchScript.

    tensor: audio [channels, frames]; None for an empty buffer.
    min_samples, max_samples: the lengths it accepts, in frames; -1 for no bound.
    sr: sample rate of the audio in Hz; -1 when unknown.
    Raises ValueError when the tensor is outside the bounds.
    """

    def __init__(
        self,
        tensor: torch.Tensor | None = None,
        min_samples: int = -1,
        max_samples: int = -1,
        sr: int = -1,
    ):
        self.min_samples = min_samples
        self.max_samples = max_samples
        self.sr = sr
        self.value = torch.zeros(0, 0, 0)
        if tensor is not None and self.set_value(tensor, sr) != 0:
            shape = str(list(tensor.shape))
            raise ValueError(
                f"a Buffer for {min_samples} to {max_samples} frames (-1: no bound) cannot hold audio of shape {shape}"
            )

    def check_bounds(self, x: torch.Tensor) -> bool:
        """Whether the length of x, its last axis, is one that this buffer accepts."""
        if x.dim() == 0:
            return False
        frames = x.shape[-1]
        if self.min_samples >= 0 and frames < self.min_samples:
            return False
        return self.max_samples < 0 or frames <= self.max_samples

    def set_value(
        self,
        x: torch.Tensor,
        sr: int | float | None = None,
    ) -> int:
        """Copies audio x, sampled at sr Hz, into the buffer: 0, or -1 when the bounds refuse it."""
        if not self.check_bounds(x):
            return -1
        # A copy: the host may reuse the memory that it passes.
        self.value = x.clone()
        self.sr = -1 if sr is None else int(sr)
        return 0

    def from_buffer(self, buffer: "Buffer") -> int:
        """Takes the audio and sample rate of another buffer; 0, or -1 when the bounds refuse it."""
        if not buffer.has_value:
            self.init_value()
            return 0
        return self.set_value(buffer.value, buffer.sr)

    @staticmethod
    def copy(buffer: "Buffer") -> "Buffer":
        """A buffer of its own with the same audio, sample rate and bounds."""
        new = Buffer(None, buffer.min_samples, buffer.max_samples, buffer.sr)
        new.value = buffer.value.clone()
        return new

    def get_value(self) -> torch.Tensor:
        """The audio [channels, frames]; a tensor without elements when empty."""
        return self.value

    def init_value(self) -> None:
        """Empties the buffer. The bounds stay."""
        self.value = torch.zeros(0, 0, 0)
        self.sr = -1

    def to_str(self) -> str:
        """What the host prints for it."""
        if not self.has_value:
            return "Buffer(empty)"
        shape = str(list(self.value.shape))
        return f"Buffer(min={self.min_samples}, max={self.max_samples}, sr={self.sr}, shape={shape})"

    @property
    def has_value(self) -> bool:
        """Whether there is audio in it."""
        return self.value.numel() != 0

    @property
    def shape(self) -> list[int]:
        """[channels, frames]."""
        return list(self.value.shape)


# Compiled now, so that TorchScript knows the type wherever a model holds one.
script(Buffer)
