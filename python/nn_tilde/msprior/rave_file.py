"""A RAVE as a file: whatever `.ts` has `encode` and `decode`, ours or of others."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import torch
from torch import Tensor, nn

_CODES = 1024  # of RAVE's books, should a file not show them


class RaveFileError(ValueError):
    """A file that is no RAVE; one sentence."""


class RaveFile:
    """A RAVE of a file. Every call begins afresh, also of a file that is made for live playing.

    sampling_rate: Hz; channels: of sound it hears; quantizers: latents Q; ratio: samples a latent frame; discrete:
    whether latents are codes, whole numbers below codebook_size; streaming: whether state goes on from call to call.
    """

    def __init__(self, model: nn.Module, path: Path):
        self.path, self._model = path, model
        params = self._number_list("encode_params")
        if not hasattr(model, "encode") or params is None:
            raise RaveFileError(f"'{path}' has no method 'encode': it is no RAVE.")
        if len(params) != 4 or min(params) < 1 or params[1] != 1:
            raise RaveFileError(f"'{path}' does not turn sound into latents: it is no RAVE.")
        self.channels, _, self.quantizers, self.ratio = params
        self.sampling_rate = self._rate()
        books = self.codebooks()
        self.discrete = self._named("encoder", "Discrete") or self._named("space", "Codes")
        self.codebook_size = (_CODES if books is None else books.shape[1]) if self.discrete else 0
        self._fresh = {name: buffer.clone() for name, buffer in model.named_buffers()}
        self._batches = True
        self.streaming = self._goes_on()

    @classmethod
    def open(cls, path: str | os.PathLike, device: str | torch.device = "cpu") -> RaveFile:
        """Raises RaveFileError, FileNotFoundError."""
        path = Path(path)
        if not path.exists():
            raise RaveFileError(f"There is no file '{path}'.")
        if path.is_dir() or not zipfile.is_zipfile(path):
            raise RaveFileError(f"'{path}' is no TorchScript file (.ts).")
        try:
            with open(path, "rb") as file:  # torch takes no name that is not UTF-8
                model = torch.jit.load(file, map_location=device).eval()
        except (RuntimeError, ValueError) as error:
            said = str(error).strip().partition("\n")[0].rstrip(".")
            raise RaveFileError(f"'{path}' cannot be loaded ({said}).") from None
        return cls(model, path)

    @property
    def device(self) -> torch.device:
        found = next(self._model.parameters(), None)
        if found is None:
            found = next(self._model.buffers())
        return found.device

    def codebooks(self) -> Tensor | None:
        """float32 [Q, V, D], or None for a RAVE without codes."""
        found = [(name, buffer) for name, buffer in self._model.named_buffers() if buffer.dim() in (2, 3)]
        ours = [buffer for name, buffer in found if name == "space.books"]
        if ours:
            return ours[0].detach().float().cpu()
        books = [buffer for name, buffer in found if name.endswith("codebook.embed")]
        books = [book.reshape(book.shape[-2:]) for book in books]
        if not books or any(book.shape != books[0].shape for book in books):
            return None
        return torch.stack(books)[: self.quantizers].detach().float().cpu()

    @torch.inference_mode()
    def encode(self, x: Tensor, seeds: list[int] | None = None) -> Tensor:
        """Sound [B, C, T] → latents [B, Q, T / ratio] on the CPU. T: a multiple of ratio, the same for all B.

        seeds: of what is drawn at random (a variational RAVE draws its latents): the first for a whole batch, so that
        draws depend on its size. Files that take no batches hear one after the other, with a seed each. Raises
        RaveFileError.
        """
        seeds = seeds or [0] * len(x)
        if self._batches and len(x) > 1:
            try:
                return self._call("encode", x, seeds[0], (len(x), self.quantizers, x.shape[2] // self.ratio))
            except RaveFileError:
                self._batches = False
        shape = (1, self.quantizers, x.shape[2] // self.ratio)
        pieces = [self._call("encode", x[i : i + 1], seeds[i], shape) for i in range(len(x))]
        return torch.cat(pieces)

    @torch.inference_mode()
    def decode(self, z: Tensor, seed: int = 0) -> Tensor:
        """Latents [1, Q, F] → sound [1, C, F · ratio] on the CPU. Raises RaveFileError."""
        if not hasattr(self._model, "decode"):
            raise RaveFileError(f"'{self.path}' has no method 'decode'.")
        return self._call("decode", z, seed, (len(z), None, z.shape[2] * self.ratio))

    def _call(self, method: str, x: Tensor, seed: int, shape: tuple[int | None, ...]) -> Tensor:
        self._forget()
        with torch.random.fork_rng(devices=[self.device] if self.device.type == "cuda" else []):
            torch.manual_seed(seed)
            return self._run(method, x, shape)

    def _run(self, method: str, x: Tensor, shape: tuple[int | None, ...]) -> Tensor:
        try:
            y = getattr(self._model, method)(x.to(self.device)).float().cpu()
        except (RuntimeError, torch.jit.Error) as error:
            if isinstance(error, torch.cuda.OutOfMemoryError) and len(x) == 1:
                raise
            said = str(error).strip().rpartition("\n")[2].rstrip(".")
            raise RaveFileError(f"'{self.path}' fails to {method} ({said}).") from None
        if any(a not in (None, b) for a, b in zip(shape, y.shape, strict=False)) or y.dim() != len(shape):
            raise RaveFileError(f"'{self.path}' does not {method} as it says: it made {[*y.shape]} of {[*x.shape]}.")
        return y

    def _forget(self) -> None:
        """As if just loaded."""
        if hasattr(self._model, "set_reset"):
            self._model.set_reset(True)
        else:
            for name, buffer in self._model.named_buffers():
                if name in self._fresh and buffer.shape == self._fresh[name].shape:
                    buffer.copy_(self._fresh[name])
                elif name in self._fresh:  # as large as the last batch
                    buffer.set_(self._fresh[name].clone())

    @torch.inference_mode()
    def _goes_on(self) -> bool:
        """Whether what was heard before makes a difference, found out by playing silence, noise, silence."""
        noise = torch.rand(1, self.channels, 8 * self.ratio, generator=torch.Generator().manual_seed(0)) * 2 - 1
        heard = []
        with torch.random.fork_rng(devices=[]):
            self._forget()
            for x in (torch.zeros_like(noise), noise, torch.zeros_like(noise)):
                torch.manual_seed(0)
                heard.append(self._run("encode", x, (1, self.quantizers, 8)))
        self._forget()
        return not torch.equal(heard[0], heard[2])

    def _number_list(self, name: str) -> list[int] | None:
        value = getattr(self._model, name, None)
        return None if value is None else [int(each) for each in value]

    def _rate(self) -> int:
        for name in ("sr", "sampling_rate"):
            value = getattr(self._model, name, None)
            if value is not None and not callable(value) and int(value) > 0:
                return int(value)
        if hasattr(self._model, "get_sample_rate") and (rate := int(self._model.get_sample_rate())) > 0:
            return rate
        raise RaveFileError(f"'{self.path}' does not say its sample rate: it is no RAVE.")

    def _named(self, part: str, word: str) -> bool:
        found = getattr(self._model, part, None)
        return found is not None and word in str(getattr(found, "original_name", ""))
