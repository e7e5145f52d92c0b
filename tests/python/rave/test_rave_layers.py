"""Layers against plain computations of the same."""

import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from nn_tilde.nn.activations import Snake, mod_sigmoid
from nn_tilde.nn.adain import AdaIN
from nn_tilde.nn.conv import Conv1d, ConvTranspose1d, get_padding
from nn_tilde.nn.mel import Mel, mel_filters
from nn_tilde.nn.noise import filter_frames, impulse_response, noise_v1, noise_v2
from nn_tilde.nn.quantize import Codebook, ResidualQuantizer
from nn_tilde.nn.recurrent import GRU
from nn_tilde.nn.residual import DilatedUnit, Residual


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


@pytest.mark.parametrize(
    ("kernel", "dilation", "causal", "padding"),
    [
        *((1, 1, False, (0, 0)), (3, 1, False, (1, 1)), (3, 9, False, (9, 9)), (7, 1, False, (3, 3))),
        *((8, 1, False, (3, 4)), (4, 1, False, (1, 2)), (513, 1, False, (256, 256))),
        *((1, 1, True, (0, 0)), (3, 9, True, (18, 0)), (8, 1, True, (7, 0)), (513, 1, True, (512, 0))),
    ],
)
def test_padding(kernel, dilation, causal, padding):
    assert get_padding(kernel, dilation, causal) == padding


@pytest.mark.parametrize("weight_norm", [False, True])
def test_convolution(weight_norm):
    conv = Conv1d(4, 6, 5, 2, 3, 2, causal=True, bias=True, weight_norm=weight_norm)
    x = torch.randn(2, 4, 50)
    wanted = F.conv1d(F.pad(x, (12, 0)), conv.folded(), conv.bias, 2, 0, 3, 2)
    assert torch.allclose(conv(x), wanted, atol=1e-6)
    if weight_norm:
        plain = torch.nn.utils.parametrizations.weight_norm(torch.nn.Conv1d(4, 6, 5, groups=2))
        plain.parametrizations.weight.original0.data = conv.weight_g.data * 3
        plain.parametrizations.weight.original1.data = conv.weight_v.data
        conv.weight_g.data *= 3
        assert torch.allclose(conv.folded(), plain.weight, atol=1e-6)


@pytest.mark.parametrize("ratio", [2, 3, 4, 8])
def test_transposed_convolution(ratio):
    conv = ConvTranspose1d(3, 5, ratio, weight_norm=True)
    x = torch.randn(2, 3, 7)
    y = conv(x)
    assert y.shape == (2, 5, 7 * ratio)
    full = F.conv_transpose1d(x, conv.folded(), stride=ratio)[..., (ratio + 1) // 2 :]
    assert torch.allclose(y[..., : 7 * ratio - 1], full[..., : 7 * ratio - 1], atol=1e-6)


def test_snake():
    snake = Snake(3)
    snake.alpha.data = torch.tensor([[0.5], [1.0], [2.0]])
    x = torch.randn(1, 3, 9)
    wanted = x + torch.sin(snake.alpha * x) ** 2 / snake.alpha
    assert torch.allclose(snake(x), wanted, atol=1e-6)


def test_residual_unit():
    unit = DilatedUnit(4, 3, 2, "leaky_relu", False)
    x = torch.randn(1, 4, 20)
    h = F.conv1d(F.leaky_relu(x, 0.2), unit.net[1].folded(), padding=2, dilation=2)
    wanted = x + F.conv1d(F.leaky_relu(h, 0.2), unit.net[3].folded())
    assert torch.allclose(Residual(unit)(x), wanted, atol=1e-6)


def test_gru():
    ours = GRU(5, 2)
    x = torch.randn(3, 5, 11)
    assert torch.equal(ours(x), ours.gru(x.transpose(1, 2))[0].transpose(1, 2))


class TestAdaIN:
    def test_nothing_in_training_and_before_both_sounds_are_known(self):
        layer = AdaIN(3)
        x = torch.randn(2, 3, 50)
        assert torch.equal(layer.train()(x), x)
        assert torch.equal(layer.eval()(x), x)
        layer.learn_x.fill_(1)
        assert torch.equal(layer(x), x)

    def test_source_takes_the_target_s_statistics(self):
        layer = AdaIN(3).eval()
        target = 5 + 3 * torch.randn(2, 3, 400)
        source = -1 + 0.5 * torch.randn(2, 3, 400)
        layer.learn_y.fill_(1)
        assert torch.equal(layer(target), target)
        layer(target + 2)  # the mean over blocks: one more
        layer.learn_y.fill_(0)
        layer.learn_x.fill_(1)
        y = layer(source)
        assert torch.allclose(y.mean(-1), target.mean(-1) + 1, atol=1e-2)
        assert torch.allclose(y.std(-1), target.std(-1), rtol=1e-3)
        layer.reset("y")
        assert torch.equal(layer(source), source)


class TestNoise:
    def test_filters_are_the_inverse_transform(self):
        amplitude = torch.rand(5)
        taps = impulse_response(amplitude, 64)
        centred = np.roll(np.fft.irfft(amplitude.numpy()), 4) * (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(8) / 8))
        wanted = np.zeros(64)
        wanted[:4], wanted[-4:] = centred[4:], centred[:4]
        assert np.allclose(taps.numpy(), wanted, atol=1e-6)

    def test_frames_are_filtered_apart(self):
        noise, response = torch.rand(2, 3, 8), torch.rand(2, 3, 8)
        wanted = np.zeros((2, 3, 8))
        for i in np.ndindex(2, 3):
            wanted[i] = np.convolve(noise[i].numpy(), response[i].numpy())[:8]
        assert np.allclose(filter_frames(noise, response).numpy(), wanted, atol=1e-5)

    @pytest.mark.parametrize("version", [1, 2])
    def test_branches(self, version):
        ratios = [4, 4, 4] if version == 1 else [2, 2, 2]
        if version == 1:
            branch = noise_v1(6, 3, 5, ratios, "leaky_relu", causal=False)
        else:
            branch = noise_v2(6, 7, 3, 5, ratios, "leaky_relu")
        size = int(np.prod(ratios))
        x = torch.randn(2, 6, 3 * size)
        draws = torch.rand(2, 3, 3, size) * 2 - 1
        y = branch(x, draws)
        assert y.shape == (2, 3, 3 * size)
        amplitude = mod_sigmoid(branch.net(x) - 5)[1, :, 2].reshape(3, 5)  # second example, third frame
        for row in range(3):
            taps = impulse_response(amplitude[row], size).detach().numpy()
            wanted = np.convolve(draws[1, 2, row].numpy(), taps)[:size]
            assert np.allclose(y[1, row, 2 * size :].detach().numpy(), wanted, atol=1e-6)


def test_mel_filters_are_triangles_of_equal_width_in_mel():
    fb = mel_filters(1025, 32, 44100).numpy()
    mels = np.linspace(0, 2595 * np.log10(1 + 22050 / 700), 34)
    centres = 700 * (10 ** (mels[1:-1] / 2595) - 1)
    frequencies = np.linspace(0, 22050, 1025)
    heard = (fb * frequencies[:, None]).sum(0) / fb.sum(0)
    assert np.allclose(heard[8:], centres[8:], rtol=0.05)
    for band in range(32):
        lower, upper = 700 * (10 ** (mels[[band, band + 2]] / 2595) - 1)
        outside = (frequencies < lower) | (frequencies > upper)
        assert not fb[outside, band].any()


def test_mel_of_a_sine():
    mel = Mel(44100, 2048, 256, 128)
    t = torch.arange(44032) / 44100
    frames = mel(torch.sin(2 * np.pi * 3000 * t)[None, None].repeat(1, 2, 1))
    assert frames.shape == (1, 256, 172)
    middle = frames[0, :128, 86]
    spectrum = (
        np.abs(
            np.fft.rfft(np.sin(2 * np.pi * 3000 * t[86 * 256 - 1024 : 86 * 256 + 1024].numpy()) * np.hanning(2049)[:-1])
        )
        ** 2
    )
    wanted = np.log1p(spectrum / (np.hanning(2049)[:-1] ** 2).sum() @ mel.mel_scale.fb.numpy())
    assert np.allclose(middle.numpy(), wanted, atol=1e-3)
    assert torch.equal(frames[:, :128], frames[:, 128:])


class TestQuantizer:
    def test_codes_and_back(self):
        rvq = ResidualQuantizer(3, 16, 4)
        for layer in rvq.layers:
            layer.codebook.embed.normal_()
        x = torch.randn(2, 4, 9)
        codes = rvq.eval().encode(x)
        assert codes.shape == (2, 3, 9)
        rest = x[1, :, 5].numpy().copy()
        for layer, code in zip(rvq.layers, codes[1, :, 5], strict=True):
            book = layer.codebook.embed.numpy()
            assert code == ((book - rest) ** 2).sum(1).argmin()
            rest -= book[code]
        y, loss = rvq(x)
        assert loss == 0
        assert torch.allclose(y, rvq.decode(codes), atol=1e-6)

    def test_codes_follow_what_they_hear(self):
        rvq = ResidualQuantizer(2, 8, 3).train()
        centres = torch.randn(8, 3)

        def hear(offset: float) -> float:
            x = (offset + centres[torch.randint(8, (200,))] + 0.05 * torch.randn(200, 3)).t()[None]
            return (rvq(x)[0] - x).square().mean().item()

        hear(0)
        assert rvq.layers[0].codebook.inited
        assert hear(0) < 0.05 * centres.var()
        first, *_, last = [hear(1) for _ in range(300)]
        assert last < 0.2 * first

    def test_codes_begin_once(self, monkeypatch):
        """Those that came with a checkpoint or a copy have begun, unless they had not there."""
        rvq, x = ResidualQuantizer(2, 8, 3).train(), torch.randn(2, 3, 20)
        before = copy.deepcopy(rvq.state_dict())
        rvq(x)
        begun = []
        monkeypatch.setattr(Codebook, "start", lambda book, _: begun.append(book))
        fresh = ResidualQuantizer(2, 8, 3).train()
        fresh.load_state_dict(rvq.state_dict())
        for each in (rvq, fresh, copy.deepcopy(rvq)):
            each(x)
        assert not begun
        rvq.load_state_dict(before)
        rvq(x)
        assert len(begun) == 2

    def test_gradient_passes_straight_through(self):
        rvq = ResidualQuantizer(2, 8, 3).train()
        x = torch.randn(2, 3, 20, requires_grad=True)
        y, loss = rvq(x)
        y.sum().backward(retain_graph=True)
        assert torch.equal(x.grad, torch.ones_like(x))
        x.grad = None
        loss.backward()
        assert x.grad.abs().sum() > 0

    def test_dead_codes_come_back(self):
        book = Codebook(4, 2)
        book.embed.copy_(torch.tensor([[0.0, 0.0], [1.0, 1.0], [50.0, 50.0], [60.0, 60.0]]))
        book.embed_avg.copy_(book.embed)
        book.cluster_size.copy_(torch.tensor([10.0, 10.0, 0.1, 0.1]))
        x = torch.rand(64, 2)
        index = (book.embed.square().sum(1) - 2 * x @ book.embed.t()).argmin(1)
        book.learn(x, index)
        assert book.embed.abs().max() <= 1.5
        assert book.cluster_size.min() >= 2

    def test_fewer_vectors_than_codes(self):
        rvq = ResidualQuantizer(1, 64, 3).train()
        y, _ = rvq(torch.randn(1, 3, 5))
        assert y.isfinite().all()
