"""`Buffer`, as Python runs it and as TorchScript does."""

import copy
import warnings

import pytest
import torch

from nn_tilde import Buffer

# What crosses into TorchScript is copied, so these return the buffer they changed.


def _fill(buffer: Buffer, x: torch.Tensor, sr: int) -> tuple[int, Buffer]:
    return buffer.set_value(x, sr), buffer


def _facts(buffer: Buffer) -> tuple[str, bool, list[int], int, torch.Tensor]:
    return buffer.to_str(), buffer.has_value, buffer.shape, buffer.sr, buffer.get_value()


def _copy(buffer: Buffer) -> Buffer:
    return Buffer.copy(buffer)


def _take(buffer: Buffer, other: Buffer) -> tuple[int, Buffer]:
    return buffer.from_buffer(other), buffer


def _clear(buffer: Buffer) -> Buffer:
    buffer.init_value()
    return buffer


def _make(x: torch.Tensor, least: int, most: int) -> Buffer:
    return Buffer(x, least, most, 8000)


@pytest.fixture(params=["python", "script"])
def call(request: pytest.FixtureRequest) -> object:
    """Runs a function on buffers, in Python or compiled."""
    if request.param == "python":
        return lambda function, *arguments: function(*arguments)

    def compiled(function: object, *arguments: object) -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return torch.jit.script(function)(*arguments)

    return compiled


def test_empty(call: object) -> None:
    text, has_value, shape, sr, value = call(_facts, Buffer())
    assert (text, has_value, list(shape), sr, value.numel()) == ("Buffer(empty)", False, [0, 0, 0], -1, 0)


def test_text_is_plain(call: object) -> None:
    assert call(_facts, Buffer(torch.zeros(2, 5), 4, 8, 44100))[0] == "Buffer(min=4, max=8, sr=44100, shape=[2, 5])"
    assert call(_facts, Buffer(torch.zeros(2, 5)))[0] == "Buffer(min=-1, max=-1, sr=-1, shape=[2, 5])"


@pytest.mark.parametrize(
    ("least", "most", "frames", "accepted"),
    [
        (-1, -1, 1, True),
        (4, 8, 3, False),
        (4, 8, 4, True),
        (4, 8, 8, True),
        (4, 8, 9, False),
        (4, -1, 3, False),
        (4, -1, 9999, True),
        (-1, 8, 1, True),
        (-1, 8, 9, False),
    ],
)
def test_bounds(call: object, least: int, most: int, frames: int, accepted: bool) -> None:
    x = torch.ones(2, frames)
    result, buffer = call(_fill, Buffer(None, least, most), x, 48000)
    assert result == (0 if accepted else -1)
    assert buffer.has_value == accepted
    # The bounds survive a copy, and hold for the constructor.
    result, _ = call(_fill, call(_copy, buffer), x, 48000)
    assert result == (0 if accepted else -1)
    if accepted:
        assert call(_make, x, least, most).shape == [2, frames]
    else:
        with pytest.raises((ValueError, torch.jit.Error), match=rf"cannot hold audio of shape \[2, {frames}\]"):
            call(_make, x, least, most)


def test_refused_audio_changes_nothing(call: object) -> None:
    buffer = Buffer(torch.ones(1, 6), 4, 8, 44100)
    for refused in (torch.zeros(1, 20), torch.tensor(1.0)):
        result, buffer = call(_fill, buffer, refused, 8000)
        assert result == -1
    assert buffer.to_str() == "Buffer(min=4, max=8, sr=44100, shape=[1, 6])"
    assert torch.equal(buffer.value, torch.ones(1, 6))


def test_audio_is_copied(call: object) -> None:
    x = torch.ones(1, 6)
    _, buffer = call(_fill, Buffer(), x, 44100)
    twin = call(_copy, buffer)
    x.zero_()
    assert buffer.value.sum() == 6
    buffer.value.zero_()
    assert twin.value.sum() == 6
    assert twin.sr == 44100


def test_from_buffer(call: object) -> None:
    result, buffer = call(_take, Buffer(None, 4, 8), Buffer(torch.ones(1, 6), sr=8000))
    assert (result, list(buffer.shape), buffer.sr, buffer.min_samples) == (0, [1, 6], 8000, 4)
    result, buffer = call(_take, buffer, Buffer(torch.ones(1, 60)))
    assert (result, list(buffer.shape)) == (-1, [1, 6])
    result, buffer = call(_take, buffer, Buffer())
    assert (result, buffer.has_value) == (0, False)


def test_clearing_keeps_the_bounds(call: object) -> None:
    buffer = call(_clear, Buffer(torch.ones(1, 6), 4, 8, 44100))
    assert (buffer.to_str(), buffer.sr) == ("Buffer(empty)", -1)
    assert not buffer.check_bounds(torch.ones(1, 9))


def test_sample_rates() -> None:
    buffer = Buffer()
    for given, kept in ((None, -1), (44100, 44100), (48000.0, 48000)):
        assert buffer.set_value(torch.ones(1, 2), given) == 0
        assert buffer.sr == kept


def test_deep_copy() -> None:
    buffer = Buffer(torch.ones(1, 6), 4, 8)
    twin = copy.deepcopy(buffer)
    twin.value.zero_()
    assert buffer.value.sum() == 6
    assert twin.max_samples == 8
