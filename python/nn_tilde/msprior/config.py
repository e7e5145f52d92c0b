"""What a prior is: one dataclass, read from stacked gin files or from the config.gin of a run.

`read(["recurrent", "small"], ["NUM_TOKENS=64"])`. Names are those that users of MSPrior override.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from pprint import pformat

from .config_check import check
from .config_names import NAMES
from .gin_file import Bindings, ConfigError, find, names

__all__ = ["Config", "ConfigError", "names", "parse", "read", "text"]


@dataclass(frozen=True)
class Config:
    """Every setting of a prior and its training. Lengths in latent frames, of flattened sequences in tokens.

    layer: transformer, modulated, gru, rwkv. head: streams (one after the other within a frame), flat (in one row).
    conditioning: none, cross (attention to what an encoder says), film. encoder: none, tokens, features.
    """

    model_dim: int = 512
    num_tokens: int = 1024
    num_quantizers: int = 16
    dropout: float = 0.01
    num_heads: int = 8
    head_dim: int = 32
    seq_len: int = 256
    num_layers: int = 8
    num_encoder_tokens: int = 1024
    num_semantic_features: int = 128
    pretrained_rave: str | None = None
    vae_path: str | None = None
    layer: str = "transformer"
    head: str = "streams"
    conditioning: str = "none"
    encoder: str = "none"
    encoder_out_ratio: int = 4
    decoder_key: str = "rave"
    encoder_key: str = "semantic_features"
    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.99)
    weight_decay: float = 0.01
    start_factor: float = 0.01
    peak_iteration: int = 10_000
    cooldown: float = 0.9999985

    @property
    def semantic_size(self) -> int:
        """Numbers that steer a frame."""
        return {"none": 0, "tokens": 1, "features": self.num_semantic_features}[self.encoder]

    @property
    def frames(self) -> int:
        """Latent frames of a training example."""
        return max(1, self.seq_len // self.num_quantizers) if self.head == "flat" else self.seq_len

    def replace(self, **changes: object) -> Config:
        """A copy with other settings, checked."""
        return check(dataclasses.replace(self, **changes))


MACROS = {name: field for field, name in NAMES.items() if "." not in name}


def read(configs: Sequence[str] = ("decoder_only",), overrides: Sequence[str] = ()) -> Config:
    """The configuration of stacked files, ours by name or any by path, and `NAME=value` overrides.

    `small` comes after the one it makes small, whatever the order; alone it is decoder_only. Raises ConfigError.
    """
    stems = [find(name).stem for name in configs]
    whole = [name for name, stem in zip(configs, stems, strict=True) if stem != "small"]
    if len(ours := [stem for stem in dict.fromkeys(stems) if stem != "small" and stem in names()]) > 1:
        raise ConfigError(f"{' and '.join(ours)} are whole models each; choose one.")
    bindings = Bindings()
    for name in [*(whole or ["decoder_only"]), *(["small"] if "small" in stems else [])]:
        bindings.read(find(name))
    return _settings(bindings, overrides)


def parse(content: str, where: str = "config.gin", overrides: Sequence[str] = ()) -> Config:
    """The configuration that `text` gave. Raises ConfigError."""
    bindings = Bindings()
    bindings.parse(content, where)
    return _settings(bindings, overrides)


def overridden(overrides: Sequence[str]) -> set[str]:
    """The fields that overrides name: what the data says does not replace them."""
    said = {word.partition("=")[0].strip() for word in overrides}
    return {MACROS[name] for name in said if name in MACROS}


def _settings(bindings: Bindings, overrides: Sequence[str]) -> Config:
    for field, name in NAMES.items():  # settings that a file leaves out can be overridden all the same
        default = getattr(Config, field)
        if "." not in name:
            bindings.macros.setdefault(name, default)
        else:
            bindings.values.setdefault(_short(name), default)
    for word in overrides:
        bindings.override(word)
    known = {*map(_short, NAMES.values())}
    if odd := [name for name in (*bindings.macros, *bindings.values) if name not in known]:
        raise ConfigError(f"The configuration sets '{odd[0]}', which priors do not have.")
    values = {
        field: bindings.resolve(bindings.macros[name]) if "." not in name else bindings.get(_short(name))
        for field, name in NAMES.items()
    }
    return check(Config(**values))


def _short(name: str) -> str:
    return ".".join(name.split(".")[-2:])


def text(config: Config) -> str:
    """The contents of a config.gin that `read` and `parse` read."""
    return "".join(f"{name} = {pformat(getattr(config, field))}\n" for field, name in NAMES.items())


def save(config: Config, path: str | Path) -> None:
    """A config.gin."""
    temporary = Path(f"{path}.part")
    temporary.write_text(text(config), encoding="utf-8")
    temporary.replace(path)
