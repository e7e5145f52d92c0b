"""Scalings, statistics, mel bands, phases, and the chain of them all."""

import json
import math
import pickle
import weakref

import numpy as np
import pytest
import torch

from nn_tilde.export.torchscript import script
from nn_tilde.vschaos.transforms import Transform
from nn_tilde.vschaos.transforms.dgt import DGT
from nn_tilde.vschaos.transforms.instantaneous_frequency import (
    DIFFERENCES,
    InstantaneousFrequency,
    LiveFrequency,
)
from nn_tilde.vschaos.transforms.magnitude import CONTRASTS, SCALINGS, Contrast, Scaling
from nn_tilde.vschaos.transforms.mel import Mel, mel_weights
from nn_tilde.vschaos.transforms.phase import Phase
from nn_tilde.vschaos.transforms.statistics import Sketch, Statistics

RATE = 44100


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def sound(seconds=0.25, channels=2):
    t = np.arange(int(seconds * RATE)) / RATE
    rows = [np.sin(2 * np.pi * f * t + 3 * np.sin(2 * np.pi * 5 * t)) * np.exp(-4 * t) for f in (330, 1250)]
    return np.stack(rows[:channels]).astype(np.float32)


def complex_noise(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(2), dtype=torch.complex64)


@pytest.mark.parametrize("contrast", CONTRASTS)
def test_contrasts_and_back(contrast):
    m = torch.tensor([0.0, 1e-4, 0.01, 1.0, 30.0, 500.0])
    module = script(Contrast(contrast))
    y = module(m)
    assert torch.isfinite(y).all()
    assert (y.diff() > 0).all()
    torch.testing.assert_close(module.invert(y), m, rtol=1e-5, atol=1e-6)
    wanted = {"log1p": math.log(31), "log": math.log(30), "log10": math.log10(30), "none": 30}[contrast]
    assert y[4] == pytest.approx(wanted, abs=1e-5)
    assert (module.invert(torch.tensor([-50.0, -0.1])) >= 0).all()  # no negative magnitudes from a network


@pytest.mark.parametrize("mode", SCALINGS)
def test_scalings_and_back(mode):
    values = np.random.default_rng(0).gamma(2, 3, (2, 1, 500, 40))
    seen = Statistics()
    seen.add(values)
    scaling = Scaling(mode)
    scaling.set([seen])
    x = torch.from_numpy(values).float()
    y = script(scaling)(x)
    torch.testing.assert_close(scaling.invert(y), x, rtol=1e-5, atol=1e-5)
    low, high, middle = y.min(), y.amax(-1).quantile(0.99), y.mean()
    if mode == "unipolar":
        assert (low, high) == (pytest.approx(0, abs=1e-5), pytest.approx(1, abs=0.01))
    elif mode == "bipolar":
        assert (low, high) == (pytest.approx(-1, abs=1e-5), pytest.approx(1, abs=0.02))
    elif mode == "gaussian":
        assert (middle, y.std()) == (pytest.approx(0, abs=1e-3), pytest.approx(1, abs=1e-3))
    else:
        torch.testing.assert_close(y, x)


def test_statistics_do_not_depend_on_the_chunks():
    values = np.random.default_rng(1).lognormal(0, 2, (3000, 17))
    whole, parts = Statistics(), Statistics()
    whole.add(values)
    for chunk in np.array_split(values, 37):
        parts.add(chunk[None])
    assert (parts.frames, parts.count) == (3000, 3000 * 17)
    assert parts.mean == pytest.approx(values.mean())
    assert parts.std == pytest.approx(values.std())
    assert (parts.minimum, parts.maximum) == (values.min(), values.max())
    assert parts.high == whole.high
    assert whole.high == pytest.approx(np.quantile(values.max(1), 0.99), rel=0.02)
    assert whole.low == pytest.approx(np.quantile(values.min(1), 0.01), rel=0.1)


def test_moments_keep_their_digits_far_from_zero():
    values = 1e6 + np.random.default_rng(2).standard_normal((400, 8)).astype(np.float64)
    seen = Statistics()
    for row in values:
        seen.add(row[None])
    assert seen.std == pytest.approx(values.std(), rel=1e-6)


def test_memory_does_not_grow_and_one_click_changes_little():
    rng = np.random.default_rng(3)
    seen = Statistics()
    size = None
    for _ in range(200):
        seen.add(rng.random((50, 20)))
        now = sum(v.counts.nbytes for v in vars(seen).values() if isinstance(v, Sketch)), len(vars(seen))
        assert size in (None, now)
        size = now
    before = seen.high
    seen.add(np.full((1, 20), 1e4))
    assert seen.high == pytest.approx(before, rel=0.01)
    assert seen.maximum == 1e4


def test_quantiles_of_both_signs():
    sketch = Sketch()
    values = np.concatenate([-np.geomspace(1e-3, 1e3, 500), np.zeros(100), np.geomspace(1e-3, 1e3, 500)])
    for chunk in np.array_split(values, 9):
        sketch.add(chunk)
    for q in (0.0, 0.1, 0.4, 0.5, 0.75, 0.99, 1.0):
        assert sketch.quantile(q) == pytest.approx(np.quantile(values, q, method="lower"), rel=0.006, abs=1e-9)


@pytest.mark.parametrize(("bins", "bands"), [(257, 64), (513, 128), (1025, 400), (33, 33)])
def test_mel_bands(bins, bands):
    weights = mel_weights(bins, bands, RATE)
    torch.testing.assert_close(weights.sum(0), torch.ones(bands))  # none is empty
    mel = script(Mel(bins, bands, RATE))
    flat = torch.full((2, 3, bins), 0.7)
    torch.testing.assert_close(mel(flat), torch.full((2, 3, bands), 0.7))
    torch.testing.assert_close(mel.invert(mel(flat)), flat, rtol=1e-4, atol=1e-4)
    centre = (weights * torch.arange(bins)[:, None]).sum(0)
    assert (centre.diff() > 0).all()


def test_mel_bands_come_back_as_they_were():
    bumps = torch.exp(-(torch.arange(513) - torch.tensor([[40.0], [200]])).square() / 800) + 0.05
    plain, mel = Mel(513, 80, RATE, iterations=0), Mel(513, 80, RATE)
    bands = mel(bumps)
    errors = [(m(m.invert(bands)) - bands).norm() / bands.norm() for m in (plain, mel)]
    assert errors[1] < 0.5 * errors[0] < 0.05
    assert (mel.invert(bands) >= 0).all()


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 9, 300])
@pytest.mark.parametrize("difference", DIFFERENCES)
def test_instantaneous_frequency_and_back(difference, frames):
    spectrum = complex_noise(2, frames, 33)
    module = script(InstantaneousFrequency(DGT(64, 16), difference))
    y = module(spectrum)
    assert y.abs().max() <= 1
    back = torch.polar(spectrum.abs(), module.invert(y))
    torch.testing.assert_close(back, spectrum, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("difference", DIFFERENCES)
def test_instantaneous_frequency_of_a_sine(difference):
    dgt = DGT(512, 128)
    t = torch.arange(8192) / RATE
    y = InstantaneousFrequency(dgt, difference)(dgt(torch.sin(2 * math.pi * 1000 * t)))
    peak = round(1000 / RATE * 512)
    hertz = peak * RATE / 512 + y[20:40, peak] * RATE / (2 * 128)
    torch.testing.assert_close(hertz, torch.full((20,), 1000.0), atol=0.5, rtol=0)


def test_live_frequency_is_the_backward_difference():
    spectrum, dgt = complex_noise(2, 3, 12, 33), DGT(64, 16)
    wanted, live = InstantaneousFrequency(dgt)(spectrum), script(LiveFrequency(dgt))
    parts = spectrum.split([1, 4, 2, 5], 2)
    y = torch.cat([live(part) for part in parts], 2)
    torch.testing.assert_close(y[:, :, 1:], wanted[:, :, 1:], atol=1e-5, rtol=0)
    phases = torch.cat([live.invert(part) for part in y.split([3, 9], 2)], 2)
    torch.testing.assert_close(torch.polar(spectrum.abs(), phases), spectrum, atol=1e-4, rtol=1e-4)


def test_phases_unwrapped_or_not():
    spectrum = complex_noise(3, 50, 9)
    for unwrapped in (False, True):
        module = script(Phase(unwrapped))
        y = module(spectrum)
        torch.testing.assert_close(torch.polar(spectrum.abs(), module.invert(y)), spectrum, atol=1e-4, rtol=1e-4)
        assert (y.abs().max() <= 1) == (not unwrapped)
    wanted = np.unwrap(np.angle(spectrum.numpy().astype(np.complex128)), axis=1) / np.pi
    np.testing.assert_allclose(y.numpy(), wanted, atol=1e-5)


@pytest.mark.parametrize(
    "options",
    [
        {"layout": "polar"},
        {"layout": "polar_if"},
        {"layout": "cartesian", "contrast": "none", "scaling": "bipolar"},
        {"layout": "polar_if", "window": "hann"},
    ],
)
@pytest.mark.parametrize("mono", [True, False])
def test_layouts_with_phases_give_the_sound_back(options, mono):
    audio = sound()
    transform = Transform(512, mono=mono, **options).fit([audio])
    features = transform(audio, RATE)
    rows = 1 if mono else 2
    assert features.shape == (2 * rows, 1 + -(-audio.shape[1] // 128), 257)
    assert features.dtype == np.float32
    wanted = audio.mean(0, keepdims=True) if mono else audio
    back = transform.invert(features, audio.shape[1])
    assert np.linalg.norm(back - wanted) < 1e-4 * np.linalg.norm(wanted)


@pytest.mark.parametrize("options", [{}, {"layout": "mel", "mels": 100}, {"contrast": "log", "scaling": "gaussian"}])
def test_magnitudes_give_a_sound_with_such_magnitudes(options):
    audio = sound(channels=1)
    transform = Transform(1024, **options).fit([audio])
    features = transform(audio)
    for mode, most in (("pghi", 0.1), ("pghi_refined", 0.1), ("pghi_realtime", 0.15), ("random", 1.2)):
        again = transform.unscale(transform(transform.invert(features, audio.shape[1], mode=mode)))
        wanted = transform.unscale(features)
        contrast = transform.layout.contrast
        a, b = (contrast.invert(torch.from_numpy(x)).numpy() for x in (again, wanted))
        error = np.linalg.norm(a - b) / np.linalg.norm(b)
        # Mel bands have lost the lines: phases of a smooth spectrum are those of something else.
        assert error < (most if "layout" not in options else 0.9)
    phase = transform.dgt(torch.from_numpy(audio)).angle().numpy()
    if "layout" not in options:
        kept = transform.invert(features, audio.shape[1], mode="keep_input", phase=phase)
        assert np.linalg.norm(kept - audio) < 1e-3 * np.linalg.norm(audio)


@pytest.mark.parametrize("layout", ["magnitude", "mel", "polar", "polar_if", "cartesian"])
@pytest.mark.parametrize("keep_nyquist", [True, False])
def test_streaming_is_the_same_scripted(layout, keep_nyquist):
    """Features of a stream are those of the recording, as late as said; the sound comes back where phases are kept."""
    audio = sound()[:, : 64 * 128]
    transform = Transform(512, layout=layout, mono=False, keep_nyquist=keep_nyquist, mels=40).fit([audio])
    whole, late = transform(audio), transform.dgt.late
    analysis, synthesis = map(script, transform.streaming("keep_input"))
    features, played = [], []
    for block in torch.from_numpy(audio)[None].split([128, 512, 256, 1024, 128, *[2048] * 3], -1):
        features.append(analysis(block))
        synthesis.remember(analysis.heard())
        played.append(synthesis(features[-1]))
    features, played = torch.cat(features, 2)[0].numpy(), torch.cat(played, -1)[0].numpy()
    assert features.shape == (2 * transform.planes, 64, transform.size)
    np.testing.assert_allclose(features[:, late + 1 :], whole[:, 1 : 64 - late], atol=2e-5)
    delay = synthesis.delay
    assert delay == 512 - 128
    if layout != "mel":
        error = played[:, delay:] - audio[:, :-delay]
        assert np.linalg.norm(error) < 5e-4 * np.linalg.norm(audio)
    analysis.reset()
    again = analysis(torch.from_numpy(audio)[None])[0].numpy()
    np.testing.assert_allclose(again, features, atol=2e-5)


@pytest.mark.parametrize("options", [{"contrast": "log"}, {"layout": "cartesian", "contrast": "log"}])
def test_a_bin_left_out_comes_back_silent(options):
    layout = Transform(64, keep_nyquist=False, **options).layout
    spectrum = complex_noise(2, 5, 33)
    back = script(layout).invert(layout(spectrum))
    assert back.shape == spectrum.shape
    assert back[..., -1].abs().max() < 1e-9
    torch.testing.assert_close(back[..., :-1].abs(), spectrum[..., :-1].abs(), atol=1e-4, rtol=1e-4)


def test_look_ahead_adds_a_hop_of_delay():
    audio = sound(channels=1)[:, : 80 * 128]
    transform = Transform(512, scaling="none")
    analysis, synthesis = transform.streaming("keep_input", look_ahead=1)
    x = torch.from_numpy(audio)[None]
    features = analysis(x)
    synthesis.remember(analysis.heard())
    played = synthesis(features)[0].numpy()
    assert synthesis.delay == 512
    assert np.linalg.norm(played[:, 512:] - audio[:, :-512]) < 5e-4 * np.linalg.norm(audio)


def test_keys_tell_transforms_apart():
    changes = [
        {}, {"n_fft": 512}, {"hop": 128}, {"window": "hann"}, {"layout": "mel"}, {"layout": "mel", "mels": 64},
        {"layout": "polar"}, {"layout": "polar", "unwrapped": True}, {"layout": "polar_if"}, {"contrast": "log"},
        {"layout": "polar_if", "difference": "central"}, {"layout": "cartesian"}, {"scaling": "gaussian"},
        {"keep_nyquist": False}, {"mono": False}, {"sample_rate": 48000},
    ]  # fmt: skip
    keys = [Transform(**change).key() for change in changes]
    assert len(set(keys)) == len(keys)
    assert not any(set(key) & set(' /\\:*?"<>|') for key in keys)
    a, b = (Transform(512).fit([sound() * level]) for level in (1, 0.5))
    assert a.key() != b.key()
    assert a.key(scaled=False) == b.key(scaled=False)
    assert a.key() == Transform(512).fit([sound()]).key()


def test_statistics_travel_as_plain_numbers():
    audio = sound()
    transform = Transform(512, layout="cartesian", contrast="none", scaling="bipolar").fit([audio, audio[:, :9000]])
    other = Transform(512, layout="cartesian", contrast="none", scaling="bipolar")
    other.load_state_dict(json.loads(json.dumps(transform.state_dict())))
    np.testing.assert_array_equal(other(audio), transform(audio))
    assert other.key() == transform.key()
    with pytest.raises(ValueError, match="The statistics are of gaussian-512-128-cartesian"):
        Transform(1024).load_state_dict(transform.state_dict())


def test_the_dataset_passes_by_once():
    """fit takes a generator; when it asks for a chunk, only the last one may still be there."""

    class Chunk(np.ndarray):
        """One that weak references know."""

    seen = []

    def chunks():
        for number in range(6):
            assert sum(chunk() is not None for chunk in seen) <= 1
            chunk = (sound(0.05) * (1 + number)).view(Chunk)
            seen.append(weakref.ref(chunk))
            yield chunk
            del chunk

    transform = Transform(512).fit(chunks())
    assert len(seen) == 6
    assert transform(sound(0.05) * 6).max() == pytest.approx(1, abs=0.1)


def test_what_caches_keep_needs_no_scaling_and_travels():
    transform = Transform(512, layout="polar_if")
    there = pickle.loads(pickle.dumps(transform.unscaled()))
    before = there.key()
    features = there(sound(), RATE)
    assert (there.hop, before) == (128, transform.key(scaled=False))
    transform.fit_features([features[:, :40], features[:, 40:]])
    assert transform.unscaled().key() == before
    np.testing.assert_array_equal(transform.scale(features), pickle.loads(pickle.dumps(transform))(sound(), RATE))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Transform(1023), "n_fft must be an even number"),
        (lambda: Transform("big"), "n_fft must be a whole number"),
        (lambda: Transform(layout="colour"), "The layout must be one of magnitude, mel"),
        (lambda: Transform(contrast="sqrt"), "The contrast must be one of log1p"),
        (lambda: Transform(scaling="huge"), "The scaling must be one of unipolar"),
        (lambda: Transform(64, layout="mel", mels=34), "must be 1 to 33, the number of bins, not 34"),
        (lambda: Transform(sample_rate=0), "sample rate must be above 0 Hz"),
        (lambda: Transform(layout="polar_if", difference="sideways"), "not 'sideways'"),
        (lambda: Transform()(sound()), "unipolar scaling has to be fitted"),
        (lambda: Transform().features(sound(), 48000), "for 44100 Hz, the audio has 48000 Hz"),
        (lambda: Transform().features(sound()[0]), r"must be \[channels, samples\]"),
        (lambda: Transform().features(np.zeros((1, 0))), "not empty"),
        (lambda: Transform().fit([]), "no frames to scale by"),
        (lambda: Transform().fit([np.zeros((1, 5000))]), "the same value everywhere"),
        (lambda: Transform().fit([np.full((1, 5000), np.nan)]), "not finite"),
        (lambda: Transform(scaling="none").invert(np.zeros((1, 5, 512))), r"\[channels · 1, frames, 513\]"),
        (lambda: Transform(layout="polar", unwrapped=True).streaming(), "cannot be played live"),
        (lambda: Transform(layout="polar_if", difference="central").streaming(), "live, take backward"),
    ],
)
def test_bad_parameters(make, sentence):
    with pytest.raises(ValueError, match=sentence) as error:
        make()
    assert "\n" not in str(error.value)
