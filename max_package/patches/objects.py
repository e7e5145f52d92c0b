"""What the boxes in our patches have: inlets, and the type of each outlet. Ours by what their models say."""

from __future__ import annotations

import re
from collections.abc import Callable

SIGNAL, MC, ANY = "signal", "multichannelsignal", ""

# (inputs, outputs) of every method of the models in models/; a test compares them with the models.
MODELS: dict[str, dict[str, tuple[int, int]]] = {
    "effects": {
        "thru": (1, 1), "invert": (1, 1), "saturate": (1, 1), "polynomial": (1, 1), "add": (2, 1), "midside": (2, 2),
        "rms": (1, 1), "fractalize": (1, 1),
    },
    "features": {"rms": (1, 1), "centroid": (1, 1), "flatness": (1, 1), "bandwidth": (1, 1)},
    "demo_attributes": {"forward": (1, 2)},
    "demo_buffers": {"loudness": (1, 1), "shape": (1, 2), "get_sr": (1, 1)},
    "demo_mc": {"batch": (3, 3), "identity": (3, 3), "channel": (3, 3)},
    "wavetable": {"forward": (1, 1)},
}  # fmt: skip

OURS = ("nn~", "mc.nn~", "mcs.nn~", "nn.info")
Ports = tuple[int, list[str]]

# Boxes with a class of their own, not made by typing a name.
BOXES: dict[str, Ports] = {
    "bpatcher": (1, [MC, ANY]),
    "button": (1, ["bang"]),
    "comment": (1, []),
    "dropfile": (1, [ANY, ANY]),
    "ezadc~": (1, [SIGNAL, SIGNAL]),
    "ezdac~": (2, []),
    "flonum": (1, [ANY, "bang"]),
    "gain~": (1, [SIGNAL, ANY]),
    "inlet": (0, [ANY]),
    "message": (2, [ANY]),
    "meter~": (1, ["float"]),
    "multislider": (1, [ANY, ANY]),
    "number": (1, [ANY, "bang"]),
    "outlet": (1, []),
    "panel": (1, []),
    "scope~": (2, []),
    "slider": (1, [ANY]),
    "toggle": (1, ["int"]),
    "ubutton": (1, ["bang", "bang", ANY, "int"]),
    "umenu": (1, ["int", ANY, ANY]),
    "waveform~": (5, ["float", "float", "float", "float", "list", ANY]),
}

Arguments = list[str]
_FIXED: dict[str, Ports] = {
    "*": (2, ["int"]), "/": (2, ["int"]), "+": (2, ["int"]), ">": (2, ["int"]), "!/": (2, ["float"]),
    "array": (2, [ANY, ANY]),
    "*~": (2, [SIGNAL]), "+~": (2, [SIGNAL]), "buffer~": (1, ["float", "bang"]), "clip": (3, [ANY]),
    "cycle~": (2, [SIGNAL]), "saw~": (2, [SIGNAL]), "tri~": (3, [SIGNAL]), "noise~": (1, [SIGNAL]),
    "phasor~": (2, [SIGNAL]), "sig~": (1, [SIGNAL]), "rand~": (1, [SIGNAL]), "snapshot~": (2, ["float"]),
    "loadbang": (1, ["bang"]), "loadmess": (1, [ANY]), "deferlow": (1, [ANY]), "metro": (2, ["bang"]),
    "opendialog": (1, [ANY, "bang"]), "patcherargs": (1, [ANY, ANY]), "pattr": (1, [ANY, ANY, ANY]),
    "pattrstorage": (1, [ANY]), "pcontrol": (1, [ANY]), "prepend": (1, [ANY]), "print": (1, []), "random": (2, ["int"]),
    "uzi": (2, ["bang", "bang", "int"]), "zl.group": (2, [ANY, ANY]), "zl.reg": (2, [ANY, ANY]),
    "dict.view": (1, []), "dict": (2, ["dictionary", ANY, ANY, ANY]), "peek~": (3, ["float"]),
    "mc.*~": (2, [MC]), "mc.+~": (2, [MC]), "mc.cycle~": (2, [MC]), "mc.saw~": (2, [MC]), "mc.noise~": (1, [MC]),
    "mc.list~": (1, [MC]), "mc.rand~": (1, [MC]), "mc.rampsmooth~": (1, [MC]), "mc.mixdown~": (2, [MC]),
    "mc.sig~": (1, [MC]), "send": (1, []), "receive": (0, [ANY]),
}  # fmt: skip


def _count(arguments: Arguments, at: int = 0, default: int = 2) -> int:
    return int(arguments[at]) if len(arguments) > at and arguments[at].isdigit() else default


_BY_ARGUMENTS: dict[str, Callable[[Arguments], Ports]] = {
    "expr": lambda a: (max(int(n) for text in a for n in _numbers(text)), [ANY]),
    "vexpr": lambda a: (max(int(n) for text in a for n in _numbers(text)), [ANY]),
    "mc.pack~": lambda a: (_count(a), [MC]),
    "mc.unpack~": lambda a: (1, [SIGNAL] * _count(a)),
    "pack": lambda a: (len(a), [ANY]),
    "pak": lambda a: (len(a), [ANY]),
    "route": lambda a: (len(a) + 1, [ANY] * (len(a) + 1)),
    "selector~": lambda a: (_count(a) + 1, [SIGNAL]),
    "t": lambda a: (1, [{"b": "bang", "i": "int", "f": "float"}.get(kind, ANY) for kind in a]),
    "unpack": lambda a: (1, [ANY] * len(a)),
    "dac~": lambda a: (len(a) or 2, []),
    "adc~": lambda a: (1, [SIGNAL] * (len(a) or 2)),
}


def _numbers(text: str) -> list[str]:
    """Of the inlets that an expression names, as in $f2."""
    return re.findall(r"\$[fis](\d)", text)


def split(text: str) -> tuple[str, Arguments, dict[str, list[str]]]:
    """Name, arguments and typed-in attributes of an object."""
    name, *words = text.split()
    first = next((i for i, word in enumerate(words) if word.startswith("@")), len(words))
    attributes: dict[str, list[str]] = {}
    for word in words[first:]:
        if word.startswith("@"):
            last = attributes.setdefault(word[1:], [])
        else:
            last.append(word)
    return name, words[:first], attributes


def ports(text: str) -> Ports:
    """Of an object by what is typed into it. Raises ValueError for one that is not known here."""
    name, arguments, attributes = split(text)
    if name in OURS:
        return _ours(name, arguments, attributes)
    if name == "nn.latents":
        return 1, [MC, ANY]
    if name in _FIXED:
        return _FIXED[name]
    if name in _BY_ARGUMENTS:
        return _BY_ARGUMENTS[name](arguments)
    raise ValueError(f"objects.py does not know '{name}'")


def _ours(name: str, arguments: Arguments, attributes: dict[str, list[str]]) -> Ports:
    if name == "nn.info":
        return 1, [ANY, ANY, ANY, ANY, "dictionary", "dictionary"]
    kind = SIGNAL if name == "nn~" else MC
    dump = [ANY] if attributes.get("dumpout") == ["1"] else []
    if not arguments:
        return 1, dump
    model = arguments[0]
    if name == "mcs.nn~":
        batches = _count(arguments, 1 if model == "void" else 2, 1)
        return batches, [kind] * batches + dump
    if model == "void":
        return _count(arguments, 1, 1), [kind] * _count(arguments, 2, 1) + dump
    method = arguments[1] if len(arguments) > 1 else "forward"
    if model not in MODELS or method not in MODELS[model]:
        raise ValueError(f"there is no method '{method}' in a model '{model}' that comes with the package")
    inputs, outputs = MODELS[model][method]
    return _count(arguments, 3, inputs), [kind] * _count(arguments, 4, outputs) + dump
