"""Transforms by name: those of the published configurations, old and new.

    dgt-<n_fft>[-<layout>]      Gaussian window         stft-<n_fft>[-<layout>]      Hann's window

with n_fft 512, 1024, 2048, 4096 or 8192 and a hop of a quarter; layouts as in `layout`, magnitude where none is said,
and under their old names magmel and phaseinst.
"""

from __future__ import annotations

SIZES = (512, 1024, 2048, 4096, 8192)
_LAYOUTS = {
    "": {"layout": "magnitude"},
    "mag": {"layout": "magnitude"},
    "magnitude": {"layout": "magnitude"},
    "mel": {"layout": "mel"},
    "magmel": {"layout": "mel"},
    "polar": {"layout": "polar"},
    "phaseinst": {"layout": "polar_if"},
    "polar_if": {"layout": "polar_if"},
    # Both parts are around 0.
    "cartesian": {"layout": "cartesian", "contrast": "none", "scaling": "bipolar"},
}
# Configuration of a model → its transform.
MODELS = {
    "dgt_low": "dgt-512",
    "dgt_mid": "dgt-1024",
    "dgt_high": "dgt-1024",
    "dgt_pitch_cond": "dgt-1024",
    "dgt_pitch_prediction": "dgt-1024",
    "dgt_mag_normal": "dgt-2048",
    "dgt_mag_precise": "dgt-8192",
    "cond_pitch+octave_normal": "dgt-2048",
    "cond_pitch+octave_precise": "dgt-8192",
    "semicond_pitch+octave_normal": "dgt-2048",
    "semicond_pitch+octave_precise": "dgt-8192",
    "vae_dgt_cartesian": "dgt-2048-cartesian",
    "vae_dgt_magmel": "dgt-2048-magmel",
    "vae_dgt_phaseinst": "dgt-2048-phaseinst",
    "vae_dgt_polar": "dgt-2048-polar",
}


def names() -> list[str]:
    """Every name that `parameters` knows."""
    own = [
        f"{kind}-{size}{'-' if tail else ''}{tail}" for kind in ("dgt", "stft") for size in SIZES for tail in _LAYOUTS
    ]
    return own + list(MODELS)


def parameters(name: str) -> dict[str, object]:
    """Arguments of `Transform` for a name of a transform or of a model's configuration. ValueError: an unknown one."""
    kind, _, rest = MODELS.get(name, name).partition("-")
    size, _, tail = rest.partition("-")
    if kind not in ("dgt", "stft") or size not in map(str, SIZES) or tail not in _LAYOUTS:
        sizes = ", ".join(map(str, SIZES))
        raise ValueError(f"'{name}' is no transform: say dgt-N or stft-N with N of {sizes}, or the name of a model's.")
    window = "gaussian" if kind == "dgt" else "hann"
    return {"n_fft": int(size), "hop": int(size) // 4, "window": window, **_LAYOUTS[tail]}
