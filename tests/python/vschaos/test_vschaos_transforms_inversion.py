"""Phases from magnitudes: the gradients are the physics', the scan is the heap, and the sound comes back."""

import heapq
import math

import numpy as np
import pytest
import torch

from nn_tilde.export.torchscript import script
from nn_tilde.vschaos.transforms.dgt import DGT, STFT
from nn_tilde.vschaos.transforms.inversion import (
    LIVE_MODES,
    MODES,
    LiveInversion,
    RealTimePGHI,
    griffin_lim,
    reconstruct,
)
from nn_tilde.vschaos.transforms.inversion.gradients import phase_gradients
from nn_tilde.vschaos.transforms.inversion.pghi import pghi
from nn_tilde.vschaos.transforms.inversion.scan import origins

RATE = 16000


@pytest.fixture(autouse=True)
def _seed_and_one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(before)


def chirp(seconds=0.4):
    t = torch.arange(int(seconds * RATE), dtype=torch.float64) / RATE
    return torch.sin(2 * math.pi * (500 * t + 4000 * t.square()))


def tones(seconds=0.4):
    t = torch.arange(int(seconds * RATE), dtype=torch.float64) / RATE
    return sum(torch.sin(2 * math.pi * f * t) * torch.exp(-d * t) for f, d in ((440, 2), (1330, 4), (3001, 8)))


def clicks(seconds=0.4):
    x = torch.zeros(int(seconds * RATE), dtype=torch.float64)
    x[1500::2100] = 1
    return x


SOUNDS = {"chirp": chirp, "tones": tones, "clicks": clicks}


def padded(sound, size=1024):
    return torch.nn.functional.pad(sound, (size, size))


def convergence(dgt, audio, spectrum):
    wanted = dgt(audio).abs()
    got = dgt(dgt.inverse(spectrum.to(torch.complex128), audio.shape[-1])).abs()
    return 20 * math.log10(float((got - wanted).norm() / wanted.norm()) + 1e-12)


def turned(difference):
    """Radians between -π and π."""
    return np.angle(np.exp(1j * difference))


@pytest.mark.parametrize(("window", "most"), [("gaussian", 0.03), ("hann", 0.12)])
@pytest.mark.parametrize("sound", SOUNDS)
def test_gradients_are_those_of_the_phase(window, most, sound):
    """Against differences of the true phase, where the sound is loud. A wrong sign or factor is off by tenths."""
    dgt = DGT(512, 64, window)
    spectrum = dgt(padded(SOUNDS[sound]())).numpy()
    magnitude, phase = np.abs(spectrum), np.angle(spectrum)
    along_time, along_frequency = phase_gradients(magnitude, dgt)
    # Within the main lobe: 20 dB below the loudest, away from the edges of the sound.
    loud = magnitude > 0.1 * magnitude.max()
    middle = slice(24, -24)
    step = (along_time[1:] + along_time[:-1]) / 2
    error = np.abs(turned(step - np.diff(phase, axis=0)))[middle][(loud[1:] & loud[:-1])[middle]]
    assert len(error) > 100
    assert np.median(error) < most
    step = (along_frequency[:, 1:] + along_frequency[:, :-1]) / 2
    error = np.abs(turned(step - np.diff(phase, axis=1)))[middle][(loud[:, 1:] & loud[:, :-1])[middle]]
    assert len(error) > 100
    assert np.median(error) < most


def heap_origins(last, new, loud):
    """Algorithm 1 of the real-time paper, word by word: which bin of the last frame each descends from."""
    found = np.arange(len(new))
    todo = loud.copy()
    heap = [(-last[m], 0, m, m) for m in range(len(new)) if loud[m]]
    heapq.heapify(heap)
    while todo.any():
        _, is_new, m, origin = heapq.heappop(heap)
        for there in [m - 1, m + 1] if is_new else [m]:
            if 0 <= there < len(new) and todo[there]:
                todo[there], found[there] = False, origin
                heapq.heappush(heap, (-new[there], 1, there, origin))
    return found


@pytest.mark.parametrize("bins", [1, 2, 5, 64, 257])
def test_the_scan_is_the_heap(bins):
    rng = np.random.default_rng(bins)
    for smooth in (1, 5, 17):
        rows = rng.standard_normal((6, bins + smooth - 1)).cumsum(1) * 0.3 + rng.standard_normal((6, bins + smooth - 1))
        rows = np.stack([np.convolve(row, np.ones(smooth) / smooth, "valid") for row in rows])
        last, new = rows[:3], rows[3:]
        loud = new > np.quantile(new, 0.2)
        got = origins(*map(torch.from_numpy, (last, new, loud))).numpy()
        for row in range(3):
            np.testing.assert_array_equal(got[row], heap_origins(last[row], new[row], loud[row]))


@pytest.mark.parametrize("bins", [2, 3, 4, 5, 31, 32, 33, 4097])
def test_one_origin_for_a_whole_frame(bins):
    """The longest way there is, from either end, so that no step of the scan can be spared."""
    last, new = torch.full((2, bins), -9.0), torch.linspace(0, -1, bins).repeat(2, 1)
    last[0, 0], last[1, -1] = -1, -1
    found = origins(last, new, torch.ones(2, bins, dtype=torch.bool))
    assert (found == torch.tensor([[0], [bins - 1]])).all()


def test_what_is_flat_is_one_run():
    flat = torch.zeros(1, 9)
    loud = torch.tensor([[1, 1, 1, 0, 1, 1, 0, 1, 1]], dtype=torch.bool)
    assert origins(flat, flat, loud).tolist() == [[0, 0, 0, 3, 4, 4, 6, 7, 7]]
    last = torch.tensor([[0.0, -5, -5, 0, -5, -1, 0, -5, -5]])
    assert origins(last, flat, loud).tolist() == [[0, 0, 0, 3, 5, 5, 6, 7, 7]]


@pytest.mark.parametrize("sound", SOUNDS)
def test_pghi_is_better_than_random(sound):
    dgt, audio = DGT(512, 128), padded(SOUNDS[sound]())
    magnitude = dgt(audio).abs()
    values = {mode: convergence(dgt, audio, reconstruct(magnitude, dgt, mode)) for mode in MODES if "keep" not in mode}
    ahead = convergence(dgt, audio, reconstruct(magnitude, dgt, "pghi_realtime", look_ahead=1))
    assert values["random"] > -8
    assert values["pghi"] < -25
    assert values["pghi_realtime"] < -15
    assert ahead < -15
    assert values["pghi_refined"] < values["pghi"]
    assert values["griffin_lim"] < values["random"] - 5
    if sound == "chirp":  # no iterations find what the gradient knows
        assert values["pghi"] < values["griffin_lim"] - 5


def test_a_new_sound_is_heard_at_once():
    """Without a look-ahead and with no frame before: the spectrum itself says how its level will bend."""
    dgt, audio = DGT(512, 128), padded(chirp(0.05), 2048)
    found = reconstruct(dgt(audio).abs(), dgt, "pghi_realtime")
    assert convergence(dgt, audio, found) < -15


@pytest.mark.parametrize("place", [1, 30, 64, 100, 127])
def test_what_was_not_there_is_in_the_newest_hop(place):
    """A click after silence can be anywhere in it: half a hop off at most in its first frame, exact from the next."""
    dgt, x = DGT(512, 128), torch.zeros(1, 2048)
    x[0, 5 * 128 + place] = 1
    spectrum = dgt(x)[:, :8]
    live = RealTimePGHI(dgt)
    error = (live(spectrum.abs()) * spectrum.conj()).angle()[0].numpy()
    off = np.abs(turned(np.diff(error))).max(1) * 512 / (2 * math.pi)  # samples
    first = int((spectrum[0].abs().amax(1) > 0).float().argmax())
    assert off[first] <= 64.5
    assert off[first + 1 : first + 4].max() < 0.1


def test_keep_input_is_the_sound_itself():
    dgt, audio = STFT(512, 128), tones()
    spectrum = dgt(audio)
    kept = reconstruct(spectrum.abs(), dgt, "keep_input", phase=spectrum.angle())
    torch.testing.assert_close(dgt.inverse(kept, len(audio)), audio)


def test_a_bank_of_sines_is_as_loud_as_the_sound():
    audio = torch.randn(1, RATE, generator=torch.Generator().manual_seed(0))
    dgt = DGT(512, 128)
    played = dgt.inverse(reconstruct(dgt(audio).abs(), dgt, "sinebank"))
    assert 20 * torch.log10(played.square().mean().sqrt() / audio.square().mean().sqrt()) == pytest.approx(0, abs=1)


def test_quiet_bins_get_random_phases_and_silence_is_fine():
    dgt = DGT(64, 16)
    magnitude = np.full((8, 33), 1e-9)
    magnitude[:, 10] = 1
    phases = pghi(magnitude, dgt)
    assert phases[:, 20:].std() > 1
    np.testing.assert_allclose(turned(np.diff(phases[:, 10]) - 2 * np.pi * 10 / 4), 0, atol=1e-9)
    assert np.isfinite(pghi(np.zeros((4, 33)), dgt)).all()
    for look_ahead in (0, 1):
        live = RealTimePGHI(dgt, look_ahead=look_ahead)
        for level in (0.0, 1e-30, 1.0, 0.0, 1e30, 0.0):
            spectrum = live(torch.full((1, 2, 33), level))
            assert torch.isfinite(torch.view_as_real(spectrum)).all()


def test_phases_of_a_steady_sine_turn_at_its_pace():
    """A second of it, so that a small error in every frame would add up."""
    dgt = DGT(512, 128)
    t = torch.arange(2 * RATE, dtype=torch.float64) / RATE
    spectrum = dgt(torch.sin(2 * math.pi * 1043.1 * t))
    found = reconstruct(spectrum.abs(), dgt, "pghi_realtime")
    peak = round(1043.1 / RATE * 512)
    error = turned((found.angle() - spectrum.angle())[10:-10, peak].numpy())
    assert np.ptp(np.unwrap(error)) < 0.3


@pytest.mark.parametrize("mode", LIVE_MODES)
@pytest.mark.parametrize("look_ahead", [0, 1])
def test_live_inversion_scripted_in_blocks(mode, look_ahead):
    """The same for blocks of any size, in TorchScript or not; as late as it says; every row by itself."""
    dgt = DGT(256, 64)
    audio = torch.stack([tones(0.3), chirp(0.3)]).float()
    spectrum = dgt(audio)
    magnitude, frames = spectrum.abs(), spectrum.shape[1]

    def play(live, sizes, rows=slice(None)):
        torch.manual_seed(5)
        parts, start = [], 0
        while start < frames:
            size = sizes[len(parts) % len(sizes)]
            if mode == "keep_input":
                live.remember(spectrum[rows, start : start + size])
            parts.append(live(magnitude[rows, start : start + size]))
            start += size
        return torch.cat(parts, 1)

    whole = play(LiveInversion(dgt, mode, look_ahead), [frames])
    live = script(LiveInversion(dgt, "random", look_ahead))
    live.set_mode(mode)
    for _ in range(2):
        if mode == "random":  # the dice fall in the order of the blocks
            torch.testing.assert_close(play(live, [1, 3, 2]).abs(), whole.abs())
        else:
            torch.testing.assert_close(play(live, [1, 3, 2]), whole, atol=2e-3 * magnitude.max().item(), rtol=1e-3)
        live.reset()
    gain = live.gain if mode == "sinebank" else 1.0
    torch.testing.assert_close(whole[:, look_ahead:].abs(), gain * magnitude[:, : frames - look_ahead])
    if mode == "keep_input":
        torch.testing.assert_close(whole[:, look_ahead:], spectrum[:, : frames - look_ahead], atol=1e-4, rtol=1e-4)
    if mode in ("keep_input", "sinebank"):
        alone = play(LiveInversion(dgt, mode, look_ahead), [4], slice(1, 2))
        torch.testing.assert_close(alone, whole[1:], atol=1e-3, rtol=1e-3)


def test_what_is_held_goes_on_at_its_pitch():
    """keep_input without new input: not the same frame again and again, which buzzes at the rate of frames."""
    dgt = DGT(512, 128)
    t = torch.arange(RATE, dtype=torch.float64) / RATE
    spectrum = dgt(torch.sin(2 * math.pi * 1012.3 * t).float()[None])[:, 20:30]
    live = LiveInversion(dgt, "keep_input")
    live.remember(spectrum)
    live(spectrum.abs())
    held = torch.cat([live(spectrum[:, -1:].abs()) for _ in range(60)], 1)
    power = torch.fft.rfft(dgt.inverse(held)[0, 512:-512] * torch.hann_window(59 * 128 - 1024)).abs().square()
    peak = int(power.argmax())
    assert peak * RATE / (59 * 128 - 1024) == pytest.approx(1012.3, abs=2)
    assert power[peak - 4 : peak + 5].sum() > 0.99 * power.sum()


def test_bad_parameters():
    dgt, magnitude = DGT(64, 16), torch.ones(1, 4, 33)
    with pytest.raises(ValueError, match="not 'magic'"):
        reconstruct(magnitude, dgt, "magic")
    with pytest.raises(ValueError, match="needs the phases of the input"):
        reconstruct(magnitude, dgt, "keep_input")
    with pytest.raises(ValueError, match="1 iteration or more, not 0"):
        reconstruct(magnitude, dgt, "griffin_lim", iterations=0)
    with pytest.raises(ValueError, match=r"less than 1, not 1\.5"):
        griffin_lim(magnitude, dgt, momentum=1.5)
    with pytest.raises(ValueError, match="0 or 1 frames, not 2"):
        RealTimePGHI(dgt, look_ahead=2)
    with pytest.raises(ValueError, match="less than 1, not 1"):
        RealTimePGHI(dgt, tolerance=1)
    with pytest.raises(ValueError, match="random, pghi, keep_input or sinebank, not 'griffin_lim'"):
        LiveInversion(dgt, "griffin_lim")
