"""From a trained prior to the file that nn~ plays."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from ..export.torchscript import load as load_script
from .instrument import Form, Instrument

if TYPE_CHECKING:
    from .config import Config
    from .loading import Loaded


@dataclass(frozen=True)
class Exported:
    """What was written. ratio, block: samples a frame, and of the block that suits it; sample_rate in Hz."""

    path: Path
    sample_rate: int
    ratio: int
    block: int
    continuous: bool
    inlets: tuple[str, ...]
    outlets: tuple[str, ...]


def form_of(config: Config, about: dict[str, Any], ratio: int | None = None, continuous: bool | None = None) -> Form:
    """What goes in and out, by the data that the prior was trained with.

    ratio: samples a frame, instead of the data's. continuous: only to be compared with the data. Raises ValueError.
    """
    known = bool(about["continuous"])
    if continuous is not None and continuous != known:
        kind, flag = ("continuous", "--continuous") if known else ("discrete", "--nocontinuous")
        raise ValueError(f"This prior was trained on {kind} latents, so it is exported with {flag} or without either.")
    key = about.get("keys", {}).get(config.encoder_key, {})
    steered = config.encoder != "none"
    cross = config.conditioning == "cross"
    return Form(
        sampling_rate=int(about["sampling_rate"]),
        ratio=int(ratio or about["ratio"]),
        quantizers=config.num_quantizers,
        num_tokens=config.num_tokens,
        continuous=known,
        levels=int(about["levels"]) if known else config.num_tokens,
        semantic=config.encoder,
        semantic_size=config.semantic_size,
        semantic_tokens=config.num_encoder_tokens if config.encoder == "tokens" else 0,
        encoder_ratio=config.encoder_out_ratio if cross else int(key.get("ratio", 1)) if steered else 1,
    )


def load_vae(path: str | os.PathLike[str], features: int) -> torch.jit.ScriptModule:
    """The TorchScript VAE of semantic features, whose latents become the inlets. Raises ValueError, one sentence."""
    try:
        vae = load_script(os.fspath(path)).eval()
    except (RuntimeError, ValueError, OSError):
        raise ValueError(f"'{path}' is not a TorchScript file that could be a VAE.") from None
    params = getattr(vae, "decode_params", None)
    if not hasattr(vae, "decode") or not isinstance(params, torch.Tensor) or params.numel() != 4:
        raise ValueError(f"'{path}' has no method decode, which a VAE of semantic features needs.")
    _, slow, made, fast = params.tolist()
    if made != features or slow != fast:
        what = f"{made} values" if made != features else "values at another rate"
        raise ValueError(f"The VAE '{path}' decodes to {what}, but the prior hears {features} features a time.")
    return vae


def build(
    loaded: Loaded, *, ratio: int | None = None, continuous: bool | None = None, vae: nn.Module | None = None
) -> Instrument:
    """The instrument of a prior, in evaluation mode; the prior is left as it is. ValueError says what cannot be had."""
    from .model.streaming import stepper_of

    form = form_of(loaded.config, loaded.about, ratio, continuous)
    with torch.no_grad():
        stepper = stepper_of(loaded.prior).eval().requires_grad_(False)
        return Instrument(stepper, form, loaded.starts, vae).eval()


def export(
    loaded: Loaded,
    path: str | os.PathLike[str],
    *,
    ratio: int | None = None,
    continuous: bool | None = None,
    vae_path: str | os.PathLike[str] | None = None,
) -> Exported:
    """Writes the file at `path`; what was there stays when this fails, with a ValueError.

    vae_path: of the VAE of semantic features; None takes the one that the prior was trained with.
    """
    config = loaded.config
    if vae_path is not None and config.encoder != "features":
        raise ValueError("A VAE makes semantic features, which this prior does not hear; leave --vae_path out.")
    if vae_path is None and config.vae_path is not None:
        vae_path = loaded.vae
        if vae_path is None:
            raise ValueError(f"The VAE '{config.vae_path}' of this prior is not there; --vae_path says where it is.")
    vae = None if vae_path is None else load_vae(vae_path, config.semantic_size)
    instrument = build(loaded, ratio=ratio, continuous=continuous, vae=vae)
    instrument.export_to_ts(path, block=instrument.block)
    return Exported(
        Path(path),
        instrument.get_sample_rate(),
        instrument.ratio,
        instrument.block,
        instrument.continuous,
        tuple(instrument.forward_input_labels),
        tuple(instrument.forward_output_labels),
    )
