"""Methods: what a model offers to a patch as inlets and outlets, and the checks of one call."""

import inspect
import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

TEST_SIZE = 8192  # samples per test block, unless the ratios ask for another


@dataclass
class Method:
    """One registered method.

    A block of N samples reaches it as float32 [batch, in_channels, N / in_ratio]; it answers
    float32 [batch, out_channels, N / out_ratio].
    """

    name: str
    in_channels: int
    in_ratio: int
    out_channels: int
    out_ratio: int
    input_labels: list[str]
    output_labels: list[str]
    block: int  # samples per test block
    tested: bool  # False: the author asked for no test
    delay: int  # the model's own latency, in samples at host rate
    batch: bool | None = None  # plays several examples at once; None: not known

    @property
    def ratios(self) -> int:
        """The number of samples that a block must be a multiple of."""
        return math.lcm(self.in_ratio, self.out_ratio)

    def params(self) -> torch.Tensor:
        """The four numbers that describe the method in the file."""
        return torch.tensor([self.in_channels, self.in_ratio, self.out_channels, self.out_ratio])


def describe(
    name: str,
    in_channels: int,
    in_ratio: int,
    out_channels: int,
    out_ratio: int,
    input_labels: Sequence[str] | None,
    output_labels: Sequence[str] | None,
    tested: bool,
    block: int | None,
    delay: int,
) -> Method:
    """A checked `Method`; TypeError or ValueError says which argument is wrong."""
    counts = {
        "in_channels": in_channels,
        "in_ratio": in_ratio,
        "out_channels": out_channels,
        "out_ratio": out_ratio,
    }
    counts = {what: whole(f"{what} of method '{name}'", value, least=1) for what, value in counts.items()}
    method = Method(
        name,
        **counts,
        input_labels=_labels(name, "input", input_labels, in_channels),
        output_labels=_labels(name, "output", output_labels, out_channels),
        block=0,
        tested=tested,
        delay=whole(f"delay of method '{name}'", delay, least=0),
    )
    if block is None:
        method.block = method.ratios * math.ceil(TEST_SIZE / method.ratios)
    else:
        method.block = whole(f"test_buffer_size of method '{name}'", block, least=1)
        check_block(method, method.block, "test_buffer_size")
    return method


def whole(what: str, value: object, least: int) -> int:
    """value as an int, numpy's too. Raises TypeError or ValueError unless it is one of at least `least`."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{what} must be an int, not {value!r}")
    if value < least:
        raise ValueError(f"{what} must be at least {least}, not {value}")
    return operator.index(value)


def check_block(method: Method, block: int, what: str) -> None:
    """Raises ValueError unless both ratios of the method divide a block of that many samples."""
    if block % method.ratios:
        raise ValueError(
            f"{what} {block} is not a multiple of the ratios {method.in_ratio} and {method.out_ratio} "
            f"of method '{method.name}'; use a multiple of {method.ratios}"
        )


def _labels(name: str, side: str, labels: Sequence[str] | None, channels: int) -> list[str]:
    if labels is None:
        return [f"(signal) model {side} {i}" for i in range(channels)]
    if isinstance(labels, str) or not all(isinstance(label, str) for label in labels):
        raise TypeError(f"{side}_labels of method '{name}' must be a list of str, one per channel")
    if len(labels) != channels:
        raise ValueError(
            f"method '{name}' has {channels} {side} channels, but {len(labels)} {side}_labels; "
            "give one label per channel"
        )
    return list(labels)


def check_signature(name: str, function: Callable) -> None:
    """Raises ValueError unless `function`, bound to its module, can be called with one tensor."""
    parameters = list(inspect.signature(function).parameters.values())
    needed = [p.name for p in parameters if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
    takes_one = parameters and parameters[0].kind in (
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
    )
    if not takes_one or len(needed) > 1 or (needed and needed[0] != parameters[0].name):
        raise ValueError(
            f"method '{name}' must take one tensor besides self, but takes ({', '.join(needed)}); "
            "give every further parameter a default value"
        )


def silence(method: Method, batch: int, block: int, device: torch.device | str = "cpu") -> torch.Tensor:
    """A silent input of the method, for a block of that many samples."""
    return torch.zeros(batch, method.in_channels, block // method.in_ratio, device=device)


def check_output(method: Method, output: object, batch: int, block: int) -> None:
    """Raises ValueError unless `output` is what the method promises for a block of that many samples."""
    what = f"method '{method.name}'"
    if not isinstance(output, torch.Tensor):
        raise ValueError(f"{what} must return a tensor, but returned {type(output).__name__}")
    shape = list(output.shape)
    if len(shape) != 3:
        raise ValueError(f"{what} must return 3 dimensions [batch, channels, frames], but returned {shape}")
    if shape[0] != batch:
        raise ValueError(f"{what} must return as many examples as it gets, {batch}, but returned {shape[0]}")
    if shape[1] != method.out_channels:
        raise ValueError(f"{what} is registered with {method.out_channels} output channels, but returned {shape[1]}")
    frames = block // method.out_ratio
    if shape[2] != frames:
        raise ValueError(
            f"{what} must return {frames} frames for a block of {block} samples at output ratio "
            f"{method.out_ratio}, but returned {shape[2]}"
        )
    if output.dtype != torch.float32:
        raise ValueError(f"{what} must return float32, but returned {str(output.dtype)[6:]}; end with .float()")
