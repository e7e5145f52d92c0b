"""A network that plays at another rate: gain 1, no click, the delay it says."""

import numpy as np
import pytest
import torch

import nn_tilde
from nn_tilde.rave.config import read
from nn_tilde.rave.export import build, export
from nn_tilde.rave.network import RAVE
from nn_tilde.rave.resampler import Polyphase, Queue, Resampler

RATES = [
    (44100, 88200),
    (44100, 22050),
    (44100, 176400),
    (48000, 16000),
    (44100, 48000),
    (48000, 44100),
    (44100, 32000),
]


def small(name="v2"):
    torch.manual_seed(0)
    return RAVE(read(name.split("+"), ["CAPACITY=4", "LATENT_SIZE=4"], channels=1)).eval()


def sine(frequency, rate, samples):
    return torch.sin(2 * torch.pi * frequency * torch.arange(samples, dtype=torch.float64) / rate).float()


@pytest.mark.parametrize("streaming", [True, False])
@pytest.mark.parametrize(("each", "many"), [(1, 2), (2, 1), (1, 4), (8, 1), (160, 147), (147, 160), (441, 320)])
def test_a_rate_changes_without_gain(each, many, streaming):
    changer = Polyphase(each, many, streaming)
    groups = 8000 // each
    for share in (0.01, 0.4, 0.8):  # of half the lower rate
        frequency = 0.5 * share * min(1, many / each)  # cycles per sample of the input
        x = sine(frequency, 1, groups * each).view(1, 1, -1)
        parts = x.split([each * (groups // 4), each * (groups - groups // 4)], 2) if streaming else [x]
        y = torch.cat([changer(part) for part in parts], 2)[0, 0]
        changer.reset()
        wanted = sine(frequency * each / many, 1, y.numel())
        late = changer.late
        middle = slice(len(y) // 4, 3 * len(y) // 4)
        torch.testing.assert_close(y[late:][middle], wanted[: len(y) - late][middle], atol=2e-4, rtol=0)
    assert streaming or changer.late == 0


def test_what_would_be_mirrored_is_gone():
    halved = Polyphase(2, 1, False)(sine(0.3, 1, 4000).view(1, 1, -1))
    assert halved[..., 500:1500].abs().max() < 1e-4


def test_a_queue_keeps_the_order_and_each_voice():
    queue = Queue(2)
    x = torch.arange(24.0).view(2, 1, 12)
    out = torch.cat([queue(x[:, :, :5], 3, -1), queue(x[:, :, 5:], 3, -1)], 2)
    assert out[0, 0].tolist() == [0, 0, *range(10)]
    assert out[1, 0].tolist() == [0, 0, *range(12, 22)]
    assert queue(x[:, :, :1], 1, 2)[1, 0].tolist() == [22, 23]
    queue.reset()
    assert queue(torch.ones(1, 1, 1), 3, -1).flatten().tolist() == [0, 0, 1]


@pytest.mark.parametrize(("model", "host"), RATES)
def test_audio_passes_with_the_declared_delay(model, host):
    """Nothing between the two changes of rate."""
    resampler = Resampler(model, host, 2048, 4, True)
    block = resampler.ratio
    x = sine(440, host, 40 * block).view(1, 1, -1)
    parts, sizes = [], [1, 3, 2, 1, 5] * 3 + [4]
    for part in x.split([size * block for size in sizes], 2):
        parts.append(resampler.to_host(resampler.to_model(part), part.shape[2]))
        assert parts[-1].shape == part.shape
    y = torch.cat(parts, 2)[0, 0]
    exact = resampler.down.late * host / model
    wanted = torch.sin(
        2 * torch.pi * 440 * (torch.arange(y.numel(), dtype=torch.float64) - exact - resampler.delay_out) / host
    )
    begin = resampler.delay_in + resampler.delay_out + 1000
    torch.testing.assert_close(y[begin:], wanted.float()[begin:], atol=1e-3, rtol=0)
    assert abs(exact - resampler.delay_in) <= 0.5


@pytest.mark.parametrize(("model", "host"), RATES)
def test_frames_of_latents_are_neither_lost_nor_doubled(model, host):
    resampler = Resampler(model, host, 2048, 1, True)
    if resampler.aligned:
        z = torch.randn(1, 5, 1)
        assert torch.equal(resampler.to_slots(resampler.to_frames(z), 5), z)
        return
    heard, made = [], 0
    for slots in [1, 3, 2, 7, 1, 1, 20, 5] * 8:
        frames = resampler.to_frames(torch.zeros(1, slots, 1)).shape[1]
        z = torch.arange(made + 1.0, made + frames + 1).view(1, frames, 1)
        held = resampler.to_slots(z, slots)
        assert held.shape == (1, slots, 1)
        heard += held.flatten().tolist()
        made += frames
    steps = np.diff(heard)
    assert set(steps) <= {0, 1}  # every frame is heard
    seconds = len(heard) * resampler.ratio / host
    assert abs(made - seconds * model / 2048) <= 1


@pytest.mark.parametrize("rate", [88200, 48000])
def test_an_instrument_plays_at_another_rate(tmp_path, rate):
    rave = small("v2+causal")
    done = export(rave, tmp_path / "x.ts", streaming=True, sr=rate)
    assert done.sample_rate == rate
    host = nn_tilde.Host(tmp_path / "x.ts", sample_rate=rate)
    host.set("deterministic", True)
    resampler = Resampler(44100, rate, 2048, 4, True)
    length = -(-200_000 // (resampler.group * 2048)) * resampler.group * 2048
    x = np.random.default_rng(0).uniform(-0.5, 0.5, (1, length)).astype(np.float32)
    y = host.render(x)[0]
    assert not host.messages()
    # The network hears what was brought to its rate; it is not late, only the changes of rate are.
    with torch.no_grad():
        heard = resampler.down(torch.from_numpy(x)[None])
        whole = resampler.up(rave(heard))[0, 0].numpy()
    wait = resampler.delay_out - resampler.up.late
    ahead = done.delays["forward"] - wait  # how far the host has moved the output back, but for the queue
    middle = slice(150_000, 180_000)
    a, b = y[middle], whole[ahead:][middle]
    assert np.abs(b).max() > 0
    assert np.abs(a - b).max() < 1e-4 * np.abs(b).max()


def test_rates_that_do_not_line_up_need_streaming():
    with pytest.raises(ValueError, match="--streaming"):
        build(small(), streaming=False, sr=48000)
    assert build(small(), streaming=False, sr=88200).ratio == 4096
    with pytest.raises(ValueError, match="sample rate in Hz"):
        build(small(), sr=7)


def test_rates_of_too_large_numbers_are_refused():
    """Their filters would take all memory there is."""
    with pytest.raises(ValueError, match="is 44101 to 44100 samples"):
        build(small(), sr=44101)
    for sr in (8000, 11025, 22050, 32000, 48000, 64000, 88200, 96000, 176400, 192000):
        Resampler(44100, sr, 2048, 8, True)
