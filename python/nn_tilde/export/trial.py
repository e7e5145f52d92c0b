"""A first run of a method at registration, that leaves the module as it was."""

import copy
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

from .methods import Method, check_output, silence
from .torchscript import reason

BATCH = 4  # examples at once in the second test, as mc.nn~ would send


def try_method(module: torch.nn.Module, method: Method, prepare: Callable) -> bool:
    """Runs the method on silence and checks what it returns; whether it takes several examples.

    `prepare(module)` is called on the module that runs before it does. Raises ValueError when the
    method fails with one example. Warns when it fails with four only.
    """
    with _disposable(module) as scratch:
        prepare(scratch)
        _run(scratch, method, 1)
        try:
            _run(scratch, method, BATCH)
        except ValueError as error:
            warnings.warn(
                f"method '{method.name}' plays in nn~, but will not play in mc.nn~ with several "
                f"channels, because it takes one example at a time ({error})",
                UserWarning,
                stacklevel=3,
            )
            return False
    return True


def _run(module: torch.nn.Module, method: Method, batch: int) -> None:
    device = next((p.device for p in module.parameters()), "cpu")
    x = silence(method, batch, method.block, device)
    try:
        y = getattr(module, method.name)(x)
    except Exception as error:
        raise ValueError(
            f"method '{method.name}' failed on an input of shape {list(x.shape)}: {reason(error)}"
        ) from error
    check_output(method, y, batch, method.block)


@contextmanager
def _disposable(module: torch.nn.Module) -> Iterator[torch.nn.Module]:
    """A copy of the module to run, or the module itself, put back afterwards, when it cannot be copied.

    The random generators of torch are put back too.
    """
    gpus = list(range(torch.cuda.device_count())) if torch.cuda.is_initialized() else []
    with torch.random.fork_rng(gpus), torch.no_grad():
        try:
            scratch = copy.deepcopy(module)
        except Exception:  # noqa: BLE001  any object that the author keeps may refuse to be copied
            scratch = None
        if scratch is not None:
            yield scratch.eval()
            return
        put_back = _snapshot(module)
        try:
            yield module.eval()
        finally:
            put_back()


def _snapshot(module: torch.nn.Module) -> Callable[[], None]:
    """Notes the state of the module and its parts; the function returned puts it back."""
    states = [(part, {k: _shallow(v) for k, v in vars(part).items()}) for part in module.modules()]
    tensors = {id(t): t for _, state in states for v in state.values() for t in _tensors_in(v)}
    # Tensors of inference mode cannot be written to from here.
    kept = [(t, t._version, t.detach().clone()) for t in tensors.values() if not t.is_inference()]

    def put_back() -> None:
        for part, state in states:
            vars(part).clear()
            vars(part).update(state)
        for tensor, version, value in kept:
            if tensor._version != version:  # written to
                tensor.detach().copy_(value)

    return put_back


def _shallow(value: object) -> object:
    return copy.copy(value) if isinstance(value, dict | list) else value


def _tensors_in(value: object) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict | list | tuple):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _tensors_in(inner)
