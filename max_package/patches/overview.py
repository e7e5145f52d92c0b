"""extras/nn~ Overview.maxpat: a page that leads to everything."""

from __future__ import annotations

from .patcher import Box, Patcher
from .pieces import page, section

OBJECTS = {
    "nn~": "plays a model; an inlet and outlet for each of its signals",
    "mc.nn~": "many voices through one model, a channel for each voice",
    "mcs.nn~": "all signals of a model in one cable",
    "nn.info": "what is in a model file",
}
EXAMPLES = {
    "nn.effects": "three effects in a row, and how loud they are",
    "nn.playground": "a RAVE file, bent by hand",
    "nn.prior": "a prior invents, the decoder sounds",
    "nn.voices": "many voices of one model",
    "nn.listening": "brightness and noise of a sound steer another",
}


def patch() -> Patcher:
    p = page("nn~ Overview", "nn~", "neural audio models as instruments: where to find what", 800, 600)
    opener = p.obj("pcontrol", 700, 566, hidden=1)
    section(p, "Objects", 72)
    p.note("Click, or right-click an object in a patch, for its help.", 130, 74)
    for i, (name, said) in enumerate(OBJECTS.items()):
        _line(p, opener, f"load {name}.maxhelp", said, 106 + 32 * i)
    section(p, "Examples", 248)
    for i, (name, said) in enumerate(EXAMPLES.items()):
        _line(p, opener, f"load {name}.maxpat", said, 282 + 32 * i)
    section(p, "To build with", 452)
    _line(p, opener, "load nn.latents.maxpat", "sliders for latents with drift and snapshots; best in a bpatcher", 486)
    p.note(
        "Models are files that end in .ts. They lie in the folder models of this package, or anywhere on the search "
        "path. First sound: make the object nn~ effects saturate, a source above, a loudspeaker below.",
        30, 526, 740,
    )  # fmt: skip
    return p


def _line(p: Patcher, opener: Box, message: str, said: str, y: float) -> None:
    p.cable(p.msg(message, 30, y, 190), opener)
    p.note(said, 236, y + 1, 520)
