"""What one tier of an MTCRNN makes, from what, at which rate. No torch here."""

from __future__ import annotations

from dataclasses import dataclass

AUDIO = "audio"


@dataclass(frozen=True)
class Tier:
    """One network of the chain: it makes audio sample by sample, or parameters value by value.

    A window has `seq_len` values of every channel, `sample_rate` of them a second. The network's input at a time is
    what it made before (audio as one number or one-hot, or the generated parameters), then the conditioning.
    """

    generate: tuple[str, ...] = (AUDIO,)
    prop: tuple[str, ...] = ()  # conditioning parameters, in the order of their channels
    sample_rate: int = 16000  # Hz, of this tier
    seq_len: int = 4000  # values
    stride: int = 1  # values between the beginnings of windows
    mulaw_channels: int = 256
    onehot: bool = False

    def __post_init__(self):
        if not self.generate:
            raise ValueError("A tier generates 'audio' or parameters; --generate names none.")
        if AUDIO in self.generate and len(self.generate) > 1:
            raise ValueError("'audio' cannot be generated together with parameters: leave either out of --generate.")
        both = sorted(set(self.generate) & set(self.prop))
        if both:
            raise ValueError(f"'{both[0]}' is both generated (--generate) and given (--prop); it can be only one.")
        if self.onehot and not self.audio:
            raise ValueError("--onehot is for audio; parameters are numbers.")
        for name in ("sample_rate", "seq_len", "stride", "mulaw_channels"):
            if getattr(self, name) < 1:
                raise ValueError(f"--{name} must be at least 1, not {getattr(self, name)}.")

    @property
    def audio(self) -> bool:
        return self.generate == (AUDIO,)

    @property
    def gen_size(self) -> int:
        """Channels of the input that hold what was generated before."""
        if not self.audio:
            return len(self.generate)
        return self.mulaw_channels if self.onehot else 1

    @property
    def cond_size(self) -> int:
        return len(self.prop)

    @property
    def input_size(self) -> int:
        return self.gen_size + self.cond_size
