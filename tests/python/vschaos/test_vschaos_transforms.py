"""Windows and transforms: exact inverses, and streams that play the same numbers."""

import math

import pytest
import torch

from nn_tilde.export.torchscript import script
from nn_tilde.vschaos.transforms import window as windows
from nn_tilde.vschaos.transforms.dgt import DGT, STFT
from nn_tilde.vschaos.transforms.live import LiveAnalysis, LiveSynthesis

SIZES = [3, 1, 2, 5, 1, 1, 4]  # of blocks, in hops


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def noise(*shape, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(1), dtype=dtype)


def snr(wanted, got):
    return 10 * math.log10(float(wanted.square().sum() / ((wanted - got).square().sum() + 1e-300)))


def blocks(x, hop):
    start, i = 0, 0
    while start < x.shape[-1]:
        yield x[..., start : start + hop * SIZES[i % len(SIZES)]]
        start, i = start + hop * SIZES[i % len(SIZES)], i + 1


@pytest.mark.parametrize("window", windows.WINDOWS)
@pytest.mark.parametrize(("n_fft", "hop"), [(512, 128), (512, 256), (1024, 128), (768, 96), (64, 1)])
@pytest.mark.parametrize("shape", [(1,), (2, 3, 999), (1, 5000)])
def test_inverse_is_exact(window, n_fft, hop, shape):
    for dtype, least in ((torch.float64, 120), (torch.float32, 90)):
        x, dgt = noise(*shape, dtype=dtype), DGT(n_fft, hop, window)
        spectrum = dgt(x)
        assert spectrum.shape == (*shape[:-1], dgt.frames(shape[-1]), dgt.bins)
        assert snr(x, dgt.inverse(spectrum, shape[-1])) >= least


def test_frames_are_centred_on_multiples_of_the_hop():
    x = torch.zeros(2048, dtype=torch.float64)
    x[3 * 128] = 1
    dgt = DGT(512, 128)
    magnitude = dgt(x).abs()
    torch.testing.assert_close(magnitude[3], torch.ones(257, dtype=torch.float64))  # the middle of the window is 1
    assert magnitude[:, 0].argmax() == 3


def test_the_gaussian_window_of_the_release():
    g = windows.make("gaussian", 1024)
    width = 1024 / 6.07
    n = torch.arange(1024, dtype=torch.float64) - 512
    torch.testing.assert_close(g, torch.exp(-n.square() / (2 * width**2)), atol=2e-4, rtol=0)
    assert g[0] == pytest.approx(0.01)
    assert windows.gamma("gaussian", 1024) == pytest.approx(2 * math.pi * width**2, rel=1e-3)


def test_dual_window_has_the_least_energy():
    """Among windows that reconstruct, by adding what the frames cannot see."""
    g = windows.make("hann", 64)
    dual = windows.dual(g, 16)
    torch.testing.assert_close((g * dual).view(4, 16).sum(0), torch.ones(16, dtype=torch.float64))
    unseen = noise(64, dtype=torch.float64)
    unseen = unseen - g * ((g * unseen).view(4, 16).sum(0) / g.square().view(4, 16).sum(0)).repeat(4)
    torch.testing.assert_close((g * unseen).view(4, 16).sum(0), torch.zeros(16, dtype=torch.float64))
    assert (dual + 0.1 * unseen).norm() > dual.norm()
    assert abs(dual @ unseen) < 1e-9


@pytest.mark.parametrize("window", ["hann", "hamming", "blackman"])
def test_gamma_is_of_the_nearest_gaussian(window):
    g = windows.make(window, 512)
    n = torch.arange(512) - 256.0

    def distance(gamma):
        gauss = torch.exp(-math.pi * n.double().square() / gamma)
        return (g / g.norm() - gauss / gauss.norm()).norm()

    gamma = windows.gamma(window, 512)
    assert distance(gamma) < min(distance(0.98 * gamma), distance(1.02 * gamma))
    # What a Gaussian of the release's definition would give is near: the windows are alike.
    assert 0.15 < gamma / 512**2 < 0.32


@pytest.mark.parametrize("scripted", [False, True])
@pytest.mark.parametrize(("n_fft", "hop"), [(512, 128), (256, 128), (512, 32)])
def test_streams_play_the_same_numbers(scripted, n_fft, hop):
    dgt = DGT(n_fft, hop)
    analysis, synthesis = LiveAnalysis(dgt), LiveSynthesis(dgt)
    delay = synthesis.delay
    if scripted:
        analysis, synthesis = script(analysis), script(synthesis)
    x = noise(2, 3, 40 * hop)
    for _ in range(2):
        spectra = [analysis(block) for block in blocks(x, hop)]
        played = torch.cat([synthesis(spectrum) for spectrum in spectra], -1)
        spectra, whole = torch.cat(spectra, -2), dgt(x)
        torch.testing.assert_close(spectra[..., dgt.late :, :], whole[..., : 40 - dgt.late, :], atol=1e-4, rtol=1e-5)
        assert delay == n_fft - hop
        assert snr(x[..., :-delay], played[..., delay:]) > 90
        assert played[..., :delay].abs().max() < 1e-6
        analysis.reset()
        synthesis.reset()


def test_a_stream_takes_more_and_fewer_voices():
    dgt = DGT(64, 16)
    analysis = LiveAnalysis(dgt)
    x = noise(3, 64)
    analysis(x[:1])
    both = analysis(x)  # rows that come late follow silence
    fresh = LiveAnalysis(dgt)
    torch.testing.assert_close(both[1:], fresh(x[1:]))
    assert not torch.allclose(both[0], fresh(x[:2])[0])
    assert analysis(x[:1]).shape == (1, 4, 33)
    assert LiveSynthesis(dgt)(analysis(x[:, :0])).shape == (3, 0)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((0, 1), "n_fft must be an even number"),
        ((511, 1), "n_fft must be an even number"),
        ((512, 0), "must divide half of n_fft"),
        ((512, 512), "must divide half of n_fft"),
        ((512, 100), "must divide half of n_fft"),
        ((512, 1.5), "hop must be a whole number"),
        ((512.0, 128), "n_fft must be a whole number"),
        ((512, 128, "box"), "gaussian, hann, hamming, blackman, not 'box'"),
    ],
)
def test_bad_parameters(arguments, sentence):
    with pytest.raises(ValueError, match=sentence) as error:
        DGT(*arguments)
    assert "\n" not in str(error.value)


def test_bad_input():
    stft = STFT(64, 16)
    with pytest.raises(ValueError, match="without samples"):
        stft(torch.zeros(1, 0))
    with pytest.raises(ValueError, match="33 bins, not 32"):
        stft.inverse(torch.zeros(1, 4, 32, dtype=torch.complex64))
    with pytest.raises(ValueError, match="no more than 48 samples, not 49"):
        stft.inverse(torch.zeros(1, 4, 33, dtype=torch.complex64), 49)
    with pytest.raises(ValueError, match="multiple of 16 samples, not 17"):
        LiveAnalysis(stft)(torch.zeros(1, 17))
