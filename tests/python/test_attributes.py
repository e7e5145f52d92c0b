"""Attributes: their types, generated and hand-written getters and setters, sample rate."""

import itertools
import warnings

import numpy as np
import pytest
import torch

import nn_tilde
from nn_tilde import TYPE_HASH, Buffer, Module

VALUES = {
    bool: (True, False),
    int: (3, -4),
    float: (0.5, 2.25),
    str: ("apple", "pear"),
    torch.Tensor: (torch.arange(3.0), torch.ones(5)),
    Buffer: (Buffer(torch.ones(1, 8), 4, 16, 48000), "unused"),
}


class Plain(Module):
    def __init__(self, sr: int | None = None) -> None:
        super().__init__(sr)
        self.register_method("forward", 1, 1, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


def script(module: Module) -> torch.jit.ScriptModule:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return torch.jit.script(module)


def same(a: object, b: object) -> bool:
    return torch.equal(a, b) if isinstance(a, torch.Tensor) else (type(a), a) == (type(b), b)


# Generated getters and setters, over every type and pair of types

KINDS = [(t,) for t in VALUES] + list(itertools.product(VALUES, repeat=2))


@pytest.mark.parametrize("scripted", [False, True])
@pytest.mark.parametrize("kinds", KINDS, ids=lambda kinds: "-".join(t.__name__ for t in kinds))
def test_generated(kinds: tuple[type, ...], scripted: bool) -> None:
    module = Plain()
    start = [VALUES[t][0] for t in kinds]
    module.register_attribute("a", start[0] if len(kinds) == 1 else start)
    assert module.a_params.tolist() == [TYPE_HASH[t] for t in kinds]
    assert module.a_params.dtype == torch.int64
    keys = [f"a#{i}" for i, t in enumerate(kinds) if t is Buffer]
    subject = script(module) if scripted else module
    assert subject.get_attributes() == ["a"]
    assert subject.get_buffer_attributes() == keys

    text = "Buffer(min=4, max=16, sr=48000, shape=[1, 8])"
    shown = [text if t is Buffer else VALUES[t][0] for t in kinds]
    got = subject.get_a()
    assert isinstance(got, tuple)
    assert all(map(same, got, shown))

    new = [f"a#{i}" if t is Buffer else VALUES[t][1] for i, t in enumerate(kinds)]
    assert subject.set_a(*new) == 0
    shown = [text if t is Buffer else VALUES[t][1] for t in kinds]
    assert all(map(same, subject.get_a(), shown))


def test_tensors_are_copied_in() -> None:
    module = Plain()
    module.register_attribute("a", torch.zeros(2))
    mine = torch.ones(2)
    module.set_a(mine)
    mine.fill_(5.0)
    assert torch.equal(module.get_a()[0], torch.ones(2))


@pytest.mark.parametrize("scripted", [False, True])
def test_buffer_calls(scripted: bool) -> None:
    module = Plain()
    module.register_attribute("buf", Buffer(None, 4, 8))
    module.register_attribute("two", (Buffer(), 1.0, Buffer()))
    subject = script(module) if scripted else module
    assert subject.get_buffer_attributes() == ["buf#0", "two#0", "two#2"]
    for key in subject.get_buffer_attributes():
        assert subject.is_buffer_empty(key)
        assert subject.set_buffer_attribute(key, torch.ones(2, 6), 44100) == 0
        assert not subject.is_buffer_empty(key)
    assert subject.set_buf("buf#0") == 0
    # Bounds survive the setter.
    assert subject.set_buffer_attribute("buf#0", torch.ones(1, 300), 44100) == -1
    assert subject.get_buf() == ("Buffer(min=4, max=8, sr=44100, shape=[2, 6])",)
    assert subject.get_two()[1] == 1.0
    assert subject.clear_buffer_attribute("two#0") == 0
    assert subject.is_buffer_empty("two#0")
    assert not subject.is_buffer_empty("two#2")
    for key in ("nothing#0", "two#1", "buf"):
        assert subject.set_buffer_attribute(key, torch.ones(2, 6), 44100) == -1
        assert subject.clear_buffer_attribute(key) == -1
        assert subject.is_buffer_empty(key)


def test_two_modules_of_one_class_stay_apart() -> None:
    one, other = Plain(), Plain()
    one.register_attribute("a", 1.0)
    other.register_attribute("b", ("x", Buffer()))
    first, second = script(one), script(other)
    assert (first.get_attributes(), second.get_attributes()) == (["a"], ["b"])
    assert first.get_a() == (1.0,)
    assert second.get_b() == ("x", "Buffer(empty)")
    assert not hasattr(second, "get_a")


# What is refused


class Word(str):
    __slots__ = ()


@pytest.mark.parametrize(
    "value",
    [None, [[1.0]], {}, b"x", 1j, np.float32(1), np.float64(1), Word("x"), torch.nn.Parameter(torch.ones(1))],
)
def test_refused_types(value: object) -> None:
    module = Plain()
    with pytest.raises(TypeError, match=r"attribute 'a': element 0 is of type .*; make it exactly a bool, int, float"):
        module.register_attribute("a", value)
    with pytest.raises(TypeError, match="attribute 'a': element 1 is of type"):
        module.register_attribute("a", [1.0, value])
    assert module.get_attributes() == []
    assert not hasattr(module, "a_params")


def test_no_value() -> None:
    with pytest.raises(ValueError, match="attribute 'a' has no value"):
        Plain().register_attribute("a", [])


@pytest.mark.parametrize(
    "name",
    ["none", "methods", "attributes", "buffer_attributes", "buffer_attribute", "sample_rate", "training"],
)
def test_reserved_names(name: str) -> None:
    with pytest.raises(ValueError, match=f"attribute name '{name}' is reserved"):
        Plain().register_attribute(name, 1)


@pytest.mark.parametrize("name", ["", "a b", "a#0", "1a", "class", "ü", "_a"])
def test_names_that_are_no_words(name: str) -> None:
    with pytest.raises(ValueError, match=f"attribute name '{name}' must be a Python name"):
        Plain().register_attribute(name, 1)


def test_names_that_only_look_taken() -> None:
    module = Plain()
    module.gain = None  # a value of the author's, replaced as before
    module.register_attribute("gain", 1.0)
    module.register_attribute("buffer", 2)  # nn.Module.get_buffer is not a getter of it
    assert module.get_buffer() == (2,)
    scripted = script(module)
    assert scripted._c._get_method("get_buffer")() == (2,)


# Hand-written


class ByHand(Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_attribute("scalar", 1.0)
        self.register_attribute("listed", (1, 2))
        self.register_attribute("refusing", "a")
        self.register_attribute("generated", True)
        self.register_method("forward", 1, 1, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.scalar[0]

    def get_scalar(self) -> float:  # found and exported without a decorator
        return self.scalar[0]

    @torch.jit.export
    def set_scalar(self, value: float) -> int:
        self.scalar = (value * 2,)
        return 0

    @torch.jit.export
    def get_listed(self) -> list[int]:
        return [self.listed[0], self.listed[1]]

    @torch.jit.export
    def set_refusing(self, value: str) -> int:
        if value != "a":
            return -1
        return 0


@pytest.mark.parametrize("finished", [False, True])
@pytest.mark.parametrize("scripted", [False, True])
def test_hand_written(scripted: bool, finished: bool) -> None:
    module = ByHand()
    if finished:
        module.finish()
    subject = script(module) if scripted else module
    assert subject.get_scalar() == 1.0
    assert subject.set_scalar(3.0) == 0
    assert subject.get_scalar() == 6.0
    assert subject.get_listed() == [1, 2]
    assert subject.set_listed(4, 5) == 0
    assert subject.get_listed() == [4, 5]
    assert subject.set_refusing("b") == -1
    assert subject.get_refusing() == ("a",)
    assert subject.get_generated() == (True,)


def _one(self: Module, a: float) -> int:
    return 0


def _three(self: Module, a: float, b: float, c: float) -> int:
    return 0


def _keyword(self: Module, a: float, b: float, *, c: float) -> int:
    return 0


@pytest.mark.parametrize("setter", [_one, _three, _keyword])
def test_setters_take_one_value_per_element(setter: object) -> None:
    cls = type("Wrong", (Plain,), {"set_a": setter})
    module = cls()
    module.register_attribute("a", (1.0, 2.0))
    with pytest.raises(
        ValueError,
        match=r"setter 'set_a' must take one value per element of attribute 'a' \(2\), but takes \d",
    ):
        module.finish()


def test_getters_take_nothing() -> None:
    module = type("Wrong", (Plain,), {"get_a": _one})()
    module.register_attribute("a", 1.0)
    with pytest.raises(ValueError, match="getter 'get_a' must take no argument"):
        script(module)


def test_accessors_must_be_methods() -> None:
    module = Plain()
    module.set_a = 3
    module.register_attribute("a", 1.0)
    with pytest.raises(ValueError, match="method 'set_a' must be a method of the class, but is of type int"):
        module.finish()


# Sample rate


@pytest.mark.parametrize("scripted", [False, True])
@pytest.mark.parametrize("sr", [None, 48000])
def test_sample_rate(sr: int | None, scripted: bool) -> None:
    module = Plain(sr)
    assert module.sr == sr
    subject = script(module) if scripted else module
    assert subject.get_sample_rate() == (-1 if sr is None else sr)
    assert subject.set_sample_rate(None) is None
    assert subject.get_sample_rate() == (-1 if sr is None else sr)
    subject.set_sample_rate(96000)
    assert subject.get_sample_rate() == 96000
    assert subject.sr == 96000


@pytest.mark.parametrize("scripted", [False, True])
def test_an_attribute_called_sr(scripted: bool) -> None:
    module = Plain()
    module.register_attribute("sr", 44100)
    subject = script(module) if scripted else module
    assert subject.get_sr() == (44100,)
    subject.set_sample_rate(48000)
    assert subject.get_sample_rate() == 48000
    assert subject.get_sr() == (44100,)  # it is the patch that sets attributes


@pytest.mark.parametrize(("sr", "error"), [(0, ValueError), (-1, ValueError), (44100.0, TypeError), ("x", TypeError)])
def test_refused_rates(sr: object, error: type[Exception]) -> None:
    with pytest.raises(error, match="sr, the sample rate in Hz"):
        Module(sr)


def test_annotations_of_the_author_still_count() -> None:
    class Annotated(Plain):
        table: dict[str, int]

        def __init__(self) -> None:
            super().__init__()
            self.table = {}
            self.register_method("measure", 1, 1, 1, 1)

        def measure(self, x: torch.Tensor) -> torch.Tensor:
            return x * len(self.table)

    assert script(Annotated()).get_methods() == ["forward", "measure"]


def test_a_setter_without_parameters_makes_a_read_only_attribute(tmp_path):
    """As vschaos2 writes its `min_buffer_size`."""

    class ReadOnly(nn_tilde.Module):
        def __init__(self):
            super().__init__()
            self.register_attribute("size", 512)
            self.register_method("forward", 1, 1, 1, 1)

        @torch.jit.export
        def get_size(self) -> int:
            return self.size[0]

        @torch.jit.export
        def set_size(self) -> int:
            return -1

        def forward(self, x: torch.Tensor):
            return x

    ReadOnly().export_to_ts(tmp_path / "read_only.ts")
    host = nn_tilde.Host(tmp_path / "read_only.ts")
    assert host.get("size") == 512
    assert not host.attributes["size"].writable
    with pytest.raises(nn_tilde.Error, match="cannot be set"):
        host.set("size", 1)
