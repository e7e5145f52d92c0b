"""TorchScript without its noise: no deprecation warnings, and errors of one sentence."""

import inspect
import re
import types
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def quiet() -> Iterator[None]:
    """Silences torch's announcement that torch.jit.script, save and load will go one day."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"`torch\.jit\.\w+` is", DeprecationWarning)
        yield


def script(thing: object) -> object:
    """torch.jit.script, of a module or of a class."""
    with quiet():
        return torch.jit.script(thing)


def load(path: str) -> torch.jit.ScriptModule:
    """torch.jit.load, on the CPU."""
    with quiet():
        return torch.jit.load(path, map_location="cpu")


def check_method(module: torch.nn.Module, name: str, what: str) -> None:
    """Raises ValueError unless `name` is a method of the module that TorchScript may compile.

    `what` names it in the error.
    """
    found = getattr(module, name, None)
    if found is None:
        raise ValueError(f"{what} is missing; define it in class {type(module).__name__}")
    if not isinstance(getattr(found, "__func__", None), types.FunctionType):
        raise ValueError(f"{what} must be a method of the class, but is of type {type(found).__name__}")
    if torch._jit_internal.is_ignored_fn(found.__func__):
        raise ValueError(f"{what} is marked to be left out of the file; remove @torch.jit.ignore or unused")


def mark(module: torch.nn.Module, name: str) -> None:
    """Has TorchScript compile method `name` of this module, as @torch.jit.export in the class would.

    The mark goes on a copy that belongs to the module: other modules of the class may not offer it.
    """
    function = getattr(module, name).__func__
    if name == "forward" or hasattr(function, "_torchscript_modifier"):
        return
    twin = types.FunctionType(
        function.__code__, function.__globals__, name, function.__defaults__, function.__closure__
    )
    for detail in ("__kwdefaults__", "__annotations__", "__qualname__", "__module__", "__doc__"):
        setattr(twin, detail, getattr(function, detail))
    vars(twin).update(vars(function))
    vars(module)[name] = types.MethodType(torch.jit.export(twin), module)


def compile_module(module: torch.nn.Module, names: list[str]) -> torch.jit.ScriptModule:
    """Scripts `module`, whose file will offer the methods `names`.

    Raises ValueError that says which of them TorchScript cannot compile, why and where.
    """
    try:
        return script(module)
    except Exception as error:
        # torch keeps the half-made types for later modules of these classes; a second try would
        # complain about them instead of the fault.
        for part in module.modules():
            torch.jit._recursive.concrete_type_store.type_store.pop(type(part), None)
        text = str(error)
        place = re.search(r'File "(.+?)", line (\d+)', text)
        where = f" ({place[1]}, line {place[2]})" if place else ""
        others = [name for name, _ in inspect.getmembers(type(module), inspect.isfunction)]
        culprit = _culprit(module, names, text) or _culprit(module, others, text)
        what = f"method '{culprit}'" if culprit else f"class {type(module).__name__}"
        raise ValueError(f"{what} cannot be compiled by TorchScript: {reason(error)}{where}") from error


def _culprit(module: torch.nn.Module, names: list[str], text: str) -> str | None:
    """Which of `names` the error text of the compiler is about; None when it does not say."""
    spans = {}
    for name in names:
        function = getattr(getattr(module, name), "__func__", None)
        try:
            lines, first = inspect.getsourcelines(function)
        except (OSError, TypeError):  # typed into a console, or not a method
            continue
        spans[name] = (function.__code__.co_filename, first, first + len(lines))
    # Innermost place first: what is called comes before what calls it.
    for file, number in re.findall(r'File "(.+?)", line (\d+)', text):
        for name, (own_file, first, end) in spans.items():
            if file == own_file and first <= int(number) < end:
                return name
    return None


def reason(error: BaseException) -> str:
    """The line of an error that says what went wrong."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    # The interpreter of TorchScript puts its traceback first and the cause last; its compiler
    # puts the signature of a function first that is called in a wrong way.
    is_signature = " -> " in lines[0] and len(lines) > 1
    line = lines[-1] if "TorchScript interpreter" in lines[0] else lines[is_signature]
    line = re.sub(r"^(RuntimeError|torch\.jit\.Error): ", "", line).rstrip(":.")
    if isinstance(error, RuntimeError | ValueError):
        return line
    return f"{type(error).__name__}: {line}"
