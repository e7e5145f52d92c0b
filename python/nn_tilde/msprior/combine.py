"""One instrument of two files: a streaming RAVE and the prior of its latents.

audio ──► encode ──► prior ──► decode ──► audio        each a method of the one file
"""

from __future__ import annotations

import os
import types
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from ..export import TYPE_HASH, Buffer, Module, codegen, read_metadata
from ..export.torchscript import load as load_script
from .rave_file import RaveFile

LAST = "perplexity"  # outlet of every prior
CODEC = ("encode", "decode", "forward")
CLICKS = "The RAVE was exported without streaming, so that every block of it begins and ends with a click."


@dataclass(frozen=True)
class Part:
    """A file that is taken apart. rate: Hz, None where it does not say; delays: of its methods, in samples."""

    path: Path
    module: torch.jit.ScriptModule
    rate: int | None
    block: int | None
    delays: dict[str, int]

    def params(self, method: str) -> list[int] | None:
        """Inlets, their ratio, outlets, their ratio."""
        found = getattr(self.module, f"{method}_params", None)
        if isinstance(found, Tensor) and found.numel() == 4 and hasattr(self.module, method):
            return [int(n) for n in found]
        if method == "forward" and (ends := self.params("encode")) and (made := self.params("decode")):
            return [*ends[:2], *made[2:]]  # of a RAVE that does not list it
        return None

    def labels(self, method: str, side: str) -> list[str] | None:
        found = getattr(self.module, f"{method}_{side}_labels", None)
        return list(found) if found else None


@dataclass(frozen=True)
class Combined:
    """What was written. remarks: a sentence each, for the user."""

    path: Path
    sample_rate: int | None
    methods: tuple[str, ...]
    attributes: tuple[str, ...]
    remarks: tuple[str, ...] = field(default=())


def open_prior(path: Path) -> Part:
    """An exported prior. Raises ValueError, one sentence."""
    part = open_file(path)
    labels = part.labels("forward", "output") or []
    params = part.params("forward")
    if params is None or not labels or not labels[-1].endswith(LAST) or params[1] != params[3]:
        raise ValueError(f"'{path}' is not a prior that msprior export has made.")
    return part


def open_rave(path: Path) -> Part:
    """A RAVE of any exporter. Raises ValueError, one sentence."""
    part = open_file(path)
    for method in ("encode", "decode"):
        if part.params(method) is None:
            raise ValueError(f"'{path}' is not a RAVE file: it has no method {method}.")
    return part


def check_pair(prior: Part, rave: Part) -> None:
    """Raises ValueError unless the prior is of latents as this RAVE has them."""
    _, ratio, streams, _ = prior.params("forward")
    latents, step = rave.params("encode")[2:]
    wanted, taken = rave.params("decode")[:2]
    if (streams - 1, streams - 1) != (latents, wanted):
        raise ValueError(
            f"The prior is of {streams - 1} latents, but the RAVE has {latents}; they have to be of one another."
        )
    if (ratio, ratio) != (step, taken):
        raise ValueError(
            f"The prior has a frame every {ratio} samples, but the RAVE every {step}; they have to be of one another."
        )
    if prior.rate and rave.rate and prior.rate != rave.rate:
        raise ValueError(f"The prior is of latents at {prior.rate} Hz, but the RAVE plays at {rave.rate} Hz.")


def about_rave(prior: Part, rave: Part) -> list[str]:
    """Remarks, a sentence each. Raises ValueError when only one of the two is of codes."""
    with torch.jit.optimized_execution(False):
        file = RaveFile(open_file(rave.path).module, rave.path)  # anew: it is played
    kinds = ("codes", "continuous latents")
    continuous = getattr(prior.module, "continuous", None)  # a prior of others does not say
    if isinstance(continuous, bool) and continuous == file.discrete:
        raise ValueError(f"The prior is of {kinds[continuous]}, but the RAVE has {kinds[not continuous]}.")
    remarks, tokens = [] if file.streaming else [CLICKS], getattr(prior.module, "num_tokens", None)
    if file.discrete and isinstance(tokens, int) and file.codebooks() is not None and tokens != file.codebook_size:
        remarks.append(f"The prior is of {tokens} codes, but the RAVE has {file.codebook_size}: is it another RAVE's?")
    return remarks


class Duet(Module):
    """encode, decode and forward of a RAVE, and its prior, with the attributes of both that can be taken over."""

    def __init__(self, rave: Part, prior: Part):
        super().__init__(sr=rave.rate or prior.rate)
        self.rave_model, self.prior_model = rave.module, prior.module
        taken = _attributes(prior.module)
        also = [name for name in _attributes(rave.module) if name not in taken]
        both = [name for name in _attributes(rave.module) if name in taken and name == "reset"]
        for owner, names in (("prior_model", taken), ("rave_model", also)):
            for name in names:
                self._take_over(owner, name, ["rave_model"] if name in both else [])
        steps = prior.params("forward")
        dummy = prior.params("dummy_method")
        for name, source, method in (
            *((name, rave, name) for name in CODEC),
            ("prior", prior, "forward"),
            *([] if dummy is None else [("dummy_method", prior, "dummy_method")]),
        ):
            in_labels, out_labels = source.labels(method, "input"), source.labels(method, "output")
            size = 2 * (steps if dummy is None else dummy)[1] if source is prior else None
            delay = source.delays.get(method, 0)
            self.register_method(
                name, *source.params(method), in_labels, out_labels, test_buffer_size=size, delay=delay
            )
        ratio = (dummy or steps)[1]
        self.block = -(-(rave.block or ratio) // ratio) * ratio
        self.finish()

    def encode(self, x: Tensor) -> Tensor:
        """Audio [B, C, N] → latents [B, Q, N / ratio]."""
        return self.rave_model.encode(x)

    def decode(self, z: Tensor) -> Tensor:
        """Latents [B, Q, N / ratio] → audio [B, C, N]."""
        return self.rave_model.decode(z)

    def forward(self, x: Tensor) -> Tensor:
        """Audio [B, C, N] → audio [B, C, N], past the prior."""
        return self.rave_model.forward(x)

    def prior(self, x: Tensor) -> Tensor:
        """Latents and semantic inlets [B, Q + S, N / ratio] → latents and perplexity [B, Q + 1, N / ratio]."""
        return self.prior_model.forward(x)

    def dummy_method(self, x: Tensor) -> Tensor:
        """Nothing: its ratio tells hosts how long a block is at least."""
        return x

    def _take_over(self, owner: str, name: str, also: list[str]) -> None:
        """Attribute `name` of the part `owner`, set in the parts `also` too."""
        part = getattr(self, owner)
        try:
            values = getattr(part, f"get_{name}")()
            values = list(values) if isinstance(values, tuple | list) else [values]
            schema = part._c._get_method(f"set_{name}").schema
            kinds = [argument.type.annotation_str for argument in schema.arguments[1:]]
            if len(kinds) != len(values) or schema.returns[0].type.annotation_str != "int":
                raise ValueError(f"attribute '{name}' is not one that can be set")
            self.register_attribute(name, values)
        except (ValueError, TypeError, RuntimeError, AttributeError):
            return
        source = _forwarding(owner, name, kinds, also)
        for accessor, function in codegen.compile_functions(source).items():
            function.generated_by_nn_tilde = False  # as if written by hand: not to be generated again
            vars(self)[accessor] = types.MethodType(function, self)


def _forwarding(owner: str, name: str, kinds: list[str], also: list[str]) -> str:
    """Source of a getter and a setter that ask another module."""
    words = [kind.replace("Tensor", "torch.Tensor") for kind in kinds]
    parameters = "".join(f", {name}{i}: {word}" for i, word in enumerate(words))
    given = ", ".join(f"{name}{i}" for i in range(len(kinds)))
    others = "".join(f"    self.{part}.set_{name}({given})\n" for part in also)
    return f"""
def get_{name}(self):
    return self.{owner}.get_{name}()

def set_{name}(self{parameters}) -> int:
{others}    return self.{owner}.set_{name}({given})
"""


def combine(prior_path: Path, rave_path: Path, target: Path) -> Combined:
    """Writes the file of both at `target`; what was there stays when this fails, with a ValueError of one sentence."""
    prior, rave = open_prior(prior_path), open_rave(rave_path)
    check_pair(prior, rave)
    remarks = about_rave(prior, rave)
    # Everything is played once or twice: too seldom for the optimiser of TorchScript, which takes its time.
    with warnings.catch_warnings(record=True) as caught, torch.no_grad(), torch.jit.optimized_execution(False):
        warnings.simplefilter("always", UserWarning)
        duet = Duet(rave, prior).eval()
        duet.export_to_ts(target, block=duet.block)
    said = [str(warning.message) for warning in caught]
    remarks += [f"{line[0].upper()}{line[1:]}." for line in said if "method '" in line]
    rate = duet.get_sample_rate()
    methods, attributes = tuple(duet.get_methods()), tuple(duet.get_attributes())
    left = [name for part in (prior, rave) for name in _attributes(part.module) if name not in attributes]
    if left:
        remarks.append(f"These attributes of the files could not be taken over: {', '.join(left)}.")
    if twice := [name for name in _attributes(rave.module) if name in _attributes(prior.module) and name != "reset"]:
        remarks.append(f"These attributes, which both files have, are those of the prior: {', '.join(twice)}.")
    return Combined(Path(target), rate if rate > 0 else None, methods, attributes, tuple(remarks))


def open_file(path: Path) -> Part:
    """A TorchScript file of anybody's. Raises ValueError, one sentence."""
    if not Path(path).is_file():
        raise ValueError(f"There is no file '{path}'.")
    try:
        about = read_metadata(path)
        module = load_script(os.fspath(path)).eval()
    except (ValueError, RuntimeError):
        raise ValueError(f"'{path}' is not a TorchScript file that can be read.") from None
    rate = about.get("sample_rate")
    if rate is None and type(getattr(module, "sr", None)) is int and module.sr > 0:
        rate = module.sr
    delays = {name: int(method.get("delay", 0)) for name, method in about.get("methods", {}).items()}
    return Part(Path(path), module, rate, about.get("block"), delays)


def _attributes(module: torch.jit.ScriptModule) -> list[str]:
    """Names of those that a patch can set, but for audio buffers."""
    names = list(module.get_attributes()) if hasattr(module, "get_attributes") else []
    buffers = TYPE_HASH[Buffer]
    kinds = {name: getattr(module, f"{name}_params", None) for name in names if name != "none"}
    return [name for name, kind in kinds.items() if not (isinstance(kind, Tensor) and buffers in kind.tolist())]
