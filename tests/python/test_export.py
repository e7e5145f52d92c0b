"""What `nn_tilde.Module` accepts, refuses and generates, before any file is written."""

import itertools
import linecache
import os
import random
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest
import torch

import nn_tilde
from nn_tilde import TYPE_HASH, Buffer, Module


class Gain(Module):
    """One method, nothing registered yet."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 0.5

    def stereo(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat((x, x), 1)

    def halved(self, x: torch.Tensor) -> torch.Tensor:
        return x[..., ::2]


def script(module: Module) -> torch.jit.ScriptModule:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return torch.jit.script(module)


# The package


def test_import_needs_no_torch() -> None:
    # -S: site-packages, and torch with it, are not even there.
    code = "import nn_tilde; print(nn_tilde.__version__)"
    environment = {**os.environ, "PYTHONPATH": str(Path(nn_tilde.__file__).parents[1])}
    run = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, env=environment)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.strip()
    assert set(dir(nn_tilde)) >= {"Module", "Buffer", "TYPE_HASH", "Host"}
    with pytest.raises(AttributeError, match="no attribute 'Modul'"):
        _ = nn_tilde.Modul


def test_type_hash() -> None:
    assert [TYPE_HASH[t] for t in (bool, int, float, str, torch.Tensor, Buffer)] == [0, 1, 2, 3, 4, 5]
    assert len(TYPE_HASH) == 6


def test_no_file_is_written_in_the_package() -> None:
    folder = Path(nn_tilde.__file__).parent

    def files() -> set[Path]:
        return {p for p in folder.rglob("*") if "__pycache__" not in p.parts}

    before = files()
    module = Gain()
    module.register_attribute("a", (1.0, Buffer(), "x"))
    module.register_method("forward", 1, 1, 1, 1)
    script(module)
    assert files() == before


# Methods: arguments


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ((1, 0, 1, 1), ValueError, "in_ratio of method 'forward' must be at least 1, not 0"),
        ((1, 1, 1, -2), ValueError, "out_ratio of method 'forward' must be at least 1"),
        ((0, 1, 1, 1), ValueError, "in_channels of method 'forward' must be at least 1"),
        ((1, 1, 0, 1), ValueError, "out_channels of method 'forward' must be at least 1"),
        ((1, 1.0, 1, 1), TypeError, "in_ratio of method 'forward' must be an int, not 1.0"),
        ((True, 1, 1, 1), TypeError, "in_channels of method 'forward' must be an int, not True"),
        ((1, 1, 1, 1, ["a", "b"]), ValueError, "1 input channels, but 2 input_labels"),
        ((1, 1, 1, 1, None, []), ValueError, "1 output channels, but 0 output_labels"),
        ((1, 1, 1, 1, "x"), TypeError, "input_labels of method 'forward' must be a list of str"),
        ((1, 1, 1, 1, [1]), TypeError, "input_labels of method 'forward' must be a list of str"),
        ((1, 3, 1, 3, None, None, True, 8192), ValueError, "test_buffer_size 8192 is not a multiple"),
        ((1, 1, 1, 1, None, None, True, 0), ValueError, "test_buffer_size of method 'forward'"),
    ],
)
def test_refused_arguments(arguments: tuple, error: type[Exception], sentence: str) -> None:
    module = Gain()
    with pytest.raises(error, match=sentence):
        module.register_method("forward", *arguments)
    assert module.get_methods() == []
    assert not hasattr(module, "forward_params")


@pytest.mark.parametrize("delay", [-1, 1.5])
def test_refused_delay(delay: object) -> None:
    with pytest.raises((ValueError, TypeError), match="delay of method 'forward'"):
        Gain().register_method("forward", 1, 1, 1, 1, delay=delay)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("missing", "method 'missing' is missing; define it in class Gain"),
        ("get_methods", "reserved for the host"),
        ("a b", "must be a Python name"),
        ("lambda", "must be a Python name"),
        ("été", "must be a Python name"),
        ("_hidden", "begin with a letter"),
        ("linear", "must be a method of the class, but is of type Linear"),
        ("plain", "must be a method of the class, but is of type function"),
    ],
)
def test_refused_method_names(name: str, sentence: str) -> None:
    module = Gain()
    module.linear = torch.nn.Linear(1, 1)
    module.plain = lambda x: x
    with pytest.raises(ValueError, match=sentence):
        module.register_method(name, 1, 1, 1, 1)


def test_method_name_must_be_text() -> None:
    with pytest.raises(TypeError, match="method name must be a str, not 3"):
        Gain().register_method(3, 1, 1, 1, 1)


def test_names_that_clash() -> None:
    class Clash(Gain):
        def get_level(self, x: torch.Tensor) -> torch.Tensor:
            return x

        @property
        def depth(self) -> int:
            return 1

    module = Clash()
    module.weight = torch.nn.Parameter(torch.ones(1))
    module.register_buffer("stereo_params", torch.zeros(1))
    module.register_buffer("loud_params", torch.zeros(1))
    module.register_method("forward", 1, 1, 1, 1)
    module.register_method("get_level", 1, 1, 1, 1)
    module.register_attribute("mode", 1)
    module.halved_output_labels = ["mine"]
    for register, sentence in [
        (lambda: module.register_method("forward", 1, 1, 1, 1), "method 'forward' is registered twice"),
        (lambda: module.register_method("get_mode", 1, 1, 1, 1), "accessor of attribute 'mode'"),
        (lambda: module.register_method("mode", 1, 1, 1, 1), "'mode' is an attribute already"),
        (lambda: module.register_method("stereo", 1, 1, 2, 1), "needs the name 'stereo_params'"),
        (lambda: module.register_attribute("mode", 2), "attribute 'mode' is registered twice"),
        (lambda: module.register_attribute("level", 2), "needs the name 'get_level', which is a method"),
        (lambda: module.register_attribute("forward", 2), "'forward' is a method already"),
        (lambda: module.register_attribute("halved", 2), "'halved' is a method already"),
        (lambda: module.register_attribute("depth", 2), "'depth' is a method already"),
        (lambda: module.register_attribute("weight", 2), "'weight' is taken by another part"),
        (lambda: module.register_attribute("forward_params", 2), "'forward_params' is taken"),
        (lambda: module.register_attribute("loud", 2), "needs the name 'loud_params'"),
        (lambda: module.register_attribute("forward_input_labels", 2), "'forward_input_labels' is taken"),
        (lambda: module.register_method("halved", 1, 1, 1, 2), "needs the name 'halved_output_labels'"),
    ]:
        with pytest.raises(ValueError, match=sentence):
            register()


def test_signatures() -> None:
    class Odd(Module):
        def none(self) -> torch.Tensor:
            return torch.zeros(1, 1, 8192)

        def two(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            return x + y

        def by_keyword(self, *, x: torch.Tensor) -> torch.Tensor:
            return x

        def optional(self, x: torch.Tensor, gain: float = 2.0) -> torch.Tensor:
            return x * gain

    module = Odd()
    for name in ("none", "two", "by_keyword"):
        with pytest.raises(ValueError, match=f"method '{name}' must take one tensor besides self"):
            module.register_method(name, 1, 1, 1, 1)
    module.register_method("optional", 1, 1, 1, 1)
    assert module.get_methods() == ["optional"]


def test_ignored_methods_are_refused() -> None:
    class Ignored(Module):
        @torch.jit.ignore
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x

    with pytest.raises(ValueError, match="method 'forward' is marked to be left out of the file"):
        Ignored().register_method("forward", 1, 1, 1, 1)


# Methods: the first run


class Returns(Module):
    def __init__(self, answer: object) -> None:
        super().__init__()
        self.answer = answer

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.answer(x)


def _fail(x: torch.Tensor) -> torch.Tensor:
    raise KeyError("lost")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda x: x[0], r"must return 3 dimensions \[batch, channels, frames\], but returned \[1, 8192\]"),
        (lambda x: torch.cat((x, x)), "must return as many examples as it gets, 1, but returned 2"),
        (lambda x: torch.cat((x, x), 1), "is registered with 1 output channels, but returned 2"),
        (lambda x: x[..., 1:], "must return 8192 frames for a block of 8192 samples .* but returned 8191"),
        (lambda x: x.double(), "must return float32, but returned float64"),
        (lambda x: (x,), "must return a tensor, but returned tuple"),
        (_fail, r"failed on an input of shape \[1, 1, 8192\]: KeyError: 'lost'"),
        (lambda x: x @ torch.zeros(3, 3), r"failed on an input of shape .*: mat1 and mat2"),
    ],
)
def test_outputs_that_break_the_promise(answer: object, sentence: str) -> None:
    module = Returns(answer)
    with pytest.raises(ValueError, match="method 'forward' " + sentence):
        module.register_method("forward", 1, 1, 1, 1)
    assert module.get_methods() == []
    module.register_method("forward", 1, 1, 1, 1, test_method=False)  # as asked
    assert module.get_methods() == ["forward"]


@pytest.mark.parametrize("ratios", list(itertools.product((1, 2, 3, 512, 8192, 16384), repeat=2)))
def test_test_block_fits_the_ratios(ratios: tuple[int, int]) -> None:
    seen = []

    class Resized(Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen.append(x.shape[-1])
            return torch.zeros(x.shape[0], 1, x.shape[-1] * ratios[0] // ratios[1])

    module = Resized()
    module.register_method("forward", 1, ratios[0], 1, ratios[1])
    block = seen[0] * ratios[0]
    assert block >= 8192
    assert block % ratios[0] == block % ratios[1] == 0
    assert block - 8192 < ratios[0] * ratios[1]
    assert module.forward_params.tolist() == [1, ratios[0], 1, ratios[1]]
    assert module.forward_params.dtype == torch.int64


def test_one_example_at_a_time_is_a_warning() -> None:
    class Single(Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.reshape(1, 1, -1)

    with pytest.warns(UserWarning, match=r"method 'forward' plays in nn~, but will not play in mc\.nn~") as seen:
        Single().register_method("forward", 1, 1, 1, 1)
    assert seen[0].filename == __file__


def test_labels() -> None:
    module = Gain()
    module.register_method("stereo", 1, 1, 2, 1)
    module.register_method("forward", 1, 1, 1, 1, ["in"], ("out",))
    assert module.stereo_output_labels == ["(signal) model output 0", "(signal) model output 1"]
    assert module.stereo_input_labels == ["(signal) model input 0"]
    assert (module.forward_input_labels, module.forward_output_labels) == (["in"], ["out"])


class Stateful(Module):
    """Changes everything a run can change."""

    def __init__(self, uncopyable: object = None) -> None:
        super().__init__()
        self.extra = uncopyable
        self.register_buffer("count", torch.zeros(1))
        self.memory, self.history, self.calls = torch.zeros(1, 1), [torch.zeros(2)], 0
        self.norm = torch.nn.BatchNorm1d(1)
        self.register_method("forward", 1, 1, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        assert not self.training
        assert not torch.is_grad_enabled()
        self.count += 1
        self.memory = x[:, :, -1] + torch.rand(1)
        self.history[0].add_(1)
        self.history.append(x)
        self.calls += 1
        return self.norm(x) + self.count


@pytest.mark.parametrize("copyable", [True, False])
def test_registration_leaves_no_trace(copyable: bool) -> None:
    torch.manual_seed(3)
    state, python_state = torch.get_rng_state(), random.getstate()
    module = Stateful(None if copyable else threading.Lock())
    assert torch.equal(torch.get_rng_state(), state)
    assert random.getstate() == python_state
    assert module.count.item() == 0
    assert torch.equal(module.memory, torch.zeros(1, 1))
    assert len(module.history) == 1
    assert torch.equal(module.history[0], torch.zeros(2))
    assert module.calls == 0
    assert module.training
    assert module.norm.training
    assert module.norm.num_batches_tracked == 0
    assert module.get_methods() == ["forward"]
    assert module.forward_params.tolist() == [1, 1, 1, 1]
    assert torch.is_grad_enabled()


def test_no_trace_of_a_failed_registration() -> None:
    class Fails(Stateful):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x)[..., 1:]

    for uncopyable in (None, threading.Lock()):
        module = Fails.__new__(Fails)
        with pytest.raises(ValueError, match="must return 8192 frames"):
            module.__init__(uncopyable)
        assert module.count.item() == 0
        assert module.calls == 0
        assert not hasattr(module, "forward_params")


def test_methods_may_read_their_own_parameters() -> None:
    class Reads(Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x[..., :: int(self.forward_params[3])]

    Reads().register_method("forward", 1, 1, 1, 4)


def test_generated_source_is_found_again_after_the_cache_is_cleared() -> None:
    module = Gain()
    module.register_attribute("a", 1)
    module.register_method("forward", 1, 1, 1, 1)
    linecache.clearcache()
    assert script(module).get_a() == (1,)
