"""A stream plays what the network makes of the whole recording, as late as it says."""

import pytest
import torch
from torch import nn

from nn_tilde.nn import streaming_taps
from nn_tilde.nn.adain import AdaIN
from nn_tilde.nn.conv import Conv1d, ConvTranspose1d
from nn_tilde.nn.recurrent import GRU
from nn_tilde.nn.residual import DilatedUnit, Residual, residual_stack
from nn_tilde.nn.streaming import Builder, add_taps, merge, stream
from nn_tilde.nn.streaming_layers import Past, voices
from nn_tilde.nn.streaming_style import Side, Style
from nn_tilde.rave import streaming
from nn_tilde.rave.config import read
from nn_tilde.rave.network import RAVE

SIZES = [1, 3, 2, 1, 5, 1, 4]  # of blocks, in frames of the coarsest rate


def play(network, x, frame, axis):
    """The stream's output for blocks of several sizes."""
    parts, start, i = [], 0, 0
    while start < x.shape[axis]:
        size = min(frame * SIZES[i % len(SIZES)], x.shape[axis] - start)
        parts.append(network(x.narrow(axis, start, size).contiguous()))
        start, i = start + size, i + 1
    return parts


def assert_later(late, whole, delay, skip):
    """late[n] = whole[n - delay] for all but the first `skip` of whole; last axis."""
    length = whole.shape[-1]
    a, b = (late[..., delay:], whole[..., : length - delay]) if delay >= 0 else (late[..., :delay], whole[..., -delay:])
    a, b = a[..., skip:], b[..., skip:]
    assert a.shape == b.shape
    assert a.shape[-1] > 0
    assert (a - b).abs().max() <= 1e-4 * b.abs().max() + 1e-9


def normed(channels):
    norm = nn.BatchNorm1d(channels)
    nn.init.normal_(norm.running_mean)
    nn.init.uniform_(norm.running_var, 0.5, 2.0)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    return norm


# Name → network of 4 channels, frames that go into one of its slowest, delay of the output in its frames.
NETWORKS = {
    "plain": (lambda: Conv1d(4, 6, 7, weight_norm=True, bias=True), 1, 3),
    "causal": (lambda: Conv1d(4, 6, 7, causal=True), 1, 0),
    "dilated": (lambda: Conv1d(4, 6, 3, dilation=5), 1, 5),
    "even": (lambda: Conv1d(4, 6, 8), 1, 4),
    "strided": (lambda: Conv1d(4, 6, 8, 4, pad=(3, 4)), 4, 1),
    "strided causal": (lambda: Conv1d(4, 6, 8, 4, pad=(7, 0)), 4, 0),
    "strided tight": (lambda: Conv1d(4, 6, 8, 4, pad=(4, 3)), 4, 0),
    "one tap": (lambda: Conv1d(4, 6, 1, bias=True), 1, 0),
    "grouped": (lambda: Conv1d(4, 6, 5, groups=2, bias=True), 1, 2),
    "up": (lambda: ConvTranspose1d(4, 6, 4, weight_norm=True, bias=True), 1, 2),
    "norm": (lambda: nn.Sequential(Conv1d(4, 6, 3), normed(6), nn.LeakyReLU(0.2)), 1, 1),
    "norm first": (lambda: nn.Sequential(normed(4), nn.LeakyReLU(0.2)), 1, 0),
    "unit": (lambda: Residual(DilatedUnit(4, 3, 3, "leaky_relu", False)), 1, 3),
    "snake unit": (lambda: Residual(DilatedUnit(4, 3, 3, "snake", True)), 1, 0),
    "residual of anything": (lambda: Residual(nn.Sequential(Conv1d(4, 4, 3), Conv1d(4, 4, 5))), 1, 3),
    "stack": (lambda: residual_stack(4, [3], [[1, 1], [3, 1]], "leaky_relu", False), 1, 6),
    "stack of two kernels": (lambda: residual_stack(4, [3, 7], [[1, 1], [3, 1]], "leaky_relu", False), 1, 18),
    "recurrent": (lambda: GRU(4, 2), 1, 0),
    "down and up": (
        lambda: nn.Sequential(Conv1d(4, 8, 4, 2, pad=(1, 2)), nn.LeakyReLU(0.2), ConvTranspose1d(8, 4, 2)), 2, 3,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("frames", [0, 1, 2])  # the orders that weights may lie in
def test_a_layer_streams(name, frames, monkeypatch):
    monkeypatch.setattr(streaming_taps, "LARGE", 0)
    monkeypatch.setattr(streaming_taps, "SHORT", 8)
    torch.manual_seed(0)
    build, frame, delay = NETWORKS[name]
    network = build().eval()
    x = torch.randn(2, 4, 192)
    with torch.no_grad():
        whole = network(x)
        played = torch.jit.script(stream(network, frames=frames * frame))
        late = torch.cat(play(played, x.transpose(1, 2), frame, 1), 1).transpose(1, 2)
        unpadded = stream(network, streaming=False)(x.transpose(1, 2)).transpose(1, 2)
    assert stream(network).delay == delay
    assert_later(late, whole, delay, 40)
    torch.testing.assert_close(unpadded, whole, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(("frames", "order"), [(0, "across"), (1, "along"), (2, "parts"), (6, "parts"), (8, "across")])
def test_weights_lie_as_a_usual_call_reads_them(frames, order, monkeypatch):
    monkeypatch.setattr(streaming_taps, "LARGE", 0)
    monkeypatch.setattr(streaming_taps, "SHORT", 8)
    torch.manual_seed(0)
    weight, bias = torch.randn(4, 6, 3), torch.randn(4)
    taps, plain = (streaming_taps.Taps(weight, bias, frames=f) for f in (frames, 0))
    assert taps.order == order
    x = torch.randn(3, 9, 6)
    torch.testing.assert_close(taps(x), plain(x))
    gain, shift = torch.randn(4), torch.randn(4)
    taps.scale(gain, shift)
    torch.testing.assert_close(taps(x), plain(x) * gain + shift)


@pytest.mark.parametrize(("stride", "late"), [(4, 0), (4, 1), (4, 2), (4, 3), (4, 7), (2, 5), (4, -3)])
def test_a_strided_convolution_waits_for_no_more_than_it_needs(stride, late):
    torch.manual_seed(0)
    conv = Conv1d(1, 1, 3, stride, pad=(1, 1))
    builder = Builder(late).add(conv)
    # Output n needs input n·stride + 1, which comes `late` frames later, and a hop holds `stride` frames.
    assert builder.delay == (late + 1) // stride
    x = torch.randn(1, 1, 64)
    wait = torch.zeros(1, 1, max(late, 0))
    heard = torch.cat([wait, x], 2)[..., :64] if late >= 0 else torch.cat([x[..., -late:], torch.zeros(1, 1, -late)], 2)
    with torch.no_grad():
        late_output = torch.cat(play(builder.chain(), heard.transpose(1, 2), stride, 1), 1).transpose(1, 2)
        assert_later(late_output[..., :-1], conv(x)[..., :-1], builder.delay, 4)


def test_taps_of_zeros_cost_no_delay():
    weight = torch.zeros(2, 3, 9)
    weight[:, :, 3:6] = 1
    builder = Builder()
    add_taps(builder, weight, None, 4)
    assert (builder.delay, builder.pieces[0].frames) == (1, 2)
    assert builder.pieces[1].weight.shape[0] == 9


def test_merged_convolutions_are_the_separate_ones():
    torch.manual_seed(0)
    first, second = Conv1d(4, 3, 7), Conv1d(4, 1, 3, bias=True)
    x = torch.randn(2, 4, 30)
    with torch.no_grad():
        torch.testing.assert_close(merge([first, second])(x), torch.cat([first(x), second(x)], 1), atol=1e-6, rtol=1e-5)


def test_every_voice_has_its_own_past():
    torch.manual_seed(0)
    network = nn.Sequential(Conv1d(3, 4, 5), Residual(DilatedUnit(4, 3, 1, "leaky_relu", False))).eval()
    x = torch.randn(4, 40, 3)
    with torch.no_grad():
        together = torch.cat(play(stream(network), x, 1, 1), 1)
        for i in range(4):
            alone = torch.cat(play(stream(network), x[i : i + 1], 1, 1), 1)
            torch.testing.assert_close(alone[0], together[i], atol=1e-6, rtol=1e-5)


def test_the_input_is_left_as_it_is():
    network = stream(nn.Sequential(nn.LeakyReLU(0.2), Residual(DilatedUnit(3, 3, 1, "leaky_relu", False))))
    x = torch.randn(1, 8, 3)
    before = x.clone()
    network(x)
    assert torch.equal(x, before)


def test_reset_forgets():
    network = stream(nn.Sequential(Conv1d(2, 2, 5), GRU(2, 1), ConvTranspose1d(2, 2, 2)))
    x = torch.randn(3, 8, 2)
    with torch.no_grad():
        first, second = network(x), network(x)
        assert not torch.allclose(first, second)
        network.reset()
        assert torch.equal(network(x), first)


def test_new_voices_begin_in_silence():
    state = torch.ones(2, 3)
    assert voices(state, 1).tolist() == [[1, 1, 1]]
    assert voices(state, 3).tolist() == [[1, 1, 1], [1, 1, 1], [0, 0, 0]]
    past = Past(1, 1)
    past(torch.ones(1, 2, 1))
    assert past(torch.full((2, 2, 1), 5.0))[:, 0, 0].tolist() == [1, 0]


def test_an_unknown_layer_is_named():
    with pytest.raises(TypeError, match="Softmax cannot be streamed"):
        stream(nn.Sequential(nn.Softmax(1)))


# Styles.


def test_a_style_is_the_same_however_its_recording_is_cut():
    torch.manual_seed(0)
    x = torch.randn(2, 60, 3) * torch.tensor([1.0, 2.0, 3.0]) + 4
    sides = []
    for sizes in ([60], [1] * 60, [7, 13, 40]):
        side = Side(torch.zeros(3, 1), torch.ones(3, 1), 0)
        for part in x.split(sizes, 1):
            side.hear(part)
        sides.append(side)
    for side in sides:
        torch.testing.assert_close(side.mean[:, 0], x.mean(1))
        torch.testing.assert_close(side.variance[:, 0], x.var(1), atol=1e-5, rtol=1e-5)


def test_a_voice_more_or_less_leaves_the_styles_of_the_others():
    torch.manual_seed(0)
    side = Side(torch.zeros(3, 1), torch.ones(3, 1), 0)
    x = torch.randn(2, 40, 3) + torch.tensor([1.0, 5.0]).view(2, 1, 1)
    side.hear(x)
    side.spread(3)
    torch.testing.assert_close(side.mean[:, 0], x.mean(1)[[0, 1, 0]])
    torch.testing.assert_close(side.variance[:, 0], x.var(1)[[0, 1, 0]])
    side.spread(1)
    torch.testing.assert_close(side.mean[:, 0], x.mean(1)[:1])


def test_a_style_moves_the_source_to_the_target():
    torch.manual_seed(0)
    style, offline = Style(AdaIN(3)), AdaIN(3).eval()
    source, target = torch.randn(2, 50, 3) * 2 + 1, torch.randn(2, 50, 3) * 0.5 - 3
    offline.learn_x.fill_(1)
    offline(source.transpose(1, 2))
    offline.learn_x.fill_(0)
    offline.learn_y.fill_(1)
    offline(target.transpose(1, 2))
    offline.learn_y.fill_(0)
    style.listen(True, False)
    assert torch.equal(style(source), source)  # no target yet
    style.listen(False, True)
    assert torch.equal(style(target), target)
    style.listen(False, False)
    moved = style(source)
    torch.testing.assert_close(moved.transpose(1, 2), offline(source.transpose(1, 2)), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(moved.mean(1), target.mean(1), atol=1e-3, rtol=1e-3)
    style.reset()
    assert torch.equal(style(source), moved)
    style.forget(False, True)
    assert torch.equal(style(source), source)


# Whole networks.

MODELS = [
    "v1", "v2", "v2_small", "v2_nopqmf", "v2_nopqmf_small", "v2_48k", "v2_with_augs", "v3", "discrete", "discrete_v3",
    "onnx", "raspberry", "live", "v1+causal", "v2+causal", "discrete+causal", "v2_small+causal", "v2+noise",
    "v2+hybrid", "discrete+hybrid", "v2+snake", "v2+adain", "v2+wasserstein", "v2+spherical",
]  # fmt: skip
# Delays of RAVE 2.3's exports: encode, decode, in samples.
RELEASE = {
    "v1": (8448, 17040), "raspberry": (8448, 16064), "onnx": (8448, 16064), "v2": (14208, 12512), "v3": (14208, 12512),
    "v2_small": (5504, 5024), "v2_nopqmf": (14208, 6364), "discrete": (9600, 8672), "v2+causal": (0, 1696),
    "v1+causal": (0, 1360),
}  # fmt: skip


def small(name, channels=1):
    """A network of the configuration, in its second phase, with statistics as if it had been trained."""
    torch.manual_seed(0)
    rave = RAVE(read(name.split("+"), ["CAPACITY=4", "LATENT_SIZE=8"], channels=channels)).eval()
    rave.warmed_up = True
    for part in rave.modules():
        if isinstance(part, nn.BatchNorm1d):
            part.running_mean.normal_(0, 0.1)
            part.running_var.uniform_(0.5, 2)
        if isinstance(part, AdaIN):
            for side in "xy":
                getattr(part, f"mean_{side}").normal_(0, 0.01)
                getattr(part, f"std_{side}").uniform_(0.5, 2)
                getattr(part, f"num_update_{side}").fill_(1)
            for statistics in (part.mean_x, part.std_x, part.mean_y, part.std_y):
                statistics.copy_(statistics[:1].expand_as(statistics).clone())
    return rave


def ramp(like):
    """In the place of noise: the same in every frame, so that its filters alone matter."""
    return torch.linspace(0, 1, like.shape[-1]).expand_as(like).clone()


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("name", MODELS)
def test_a_network_streams(name, channels, monkeypatch):
    monkeypatch.setattr(torch, "rand_like", ramp)
    rave = small(name, channels)
    encoder, decoder = streaming.encoder(rave, block=2048), streaming.decoder(rave, block=2048)
    ratio, length = rave.ratio, 49152 + max(encoder.delay, 0) * rave.ratio
    x = torch.randn(2, channels, length) * 0.3
    with torch.no_grad():
        raw = rave.encoder(rave.analysis(x))
        z = rave.encoder.mean(raw)
        y = rave.decode(z)
        late_raw = torch.cat(play(encoder, x, ratio, 2), 1).transpose(1, 2)
        late_y = torch.cat(play(decoder, z.transpose(1, 2), 1, 1), 2)
        torch.testing.assert_close(streaming.encoder(rave, False)(x).transpose(1, 2), raw, atol=1e-5, rtol=1e-4)
        whole = streaming.decoder(rave, False)(z.transpose(1, 2))
    assert (whole - y).abs().max() <= 1e-4 * y.abs().max()
    assert_later(late_raw, raw, encoder.delay, 32768 // ratio)
    assert_later(late_y, y, decoder.delay, 26624)


@pytest.mark.parametrize("name", RELEASE)
def test_streams_are_not_later_than_those_of_the_release(name):
    rave = small(name)
    encode, decode = streaming.encoder(rave).delay * rave.ratio, streaming.decoder(rave).delay
    assert encode <= RELEASE[name][0]
    assert decode <= RELEASE[name][1]
    assert encode + decode < sum(RELEASE[name])


def test_an_odd_delay_turns_no_band_over(monkeypatch):
    monkeypatch.setattr(torch, "rand_like", ramp)
    rave = small("v1+causal")
    decoder = streaming.decoder(rave)
    late = streaming.Builder().add(rave.decoder).delay
    assert late % 2 == 1
    z = torch.randn(1, 16, 8)
    with torch.no_grad():
        assert_later(torch.cat(play(decoder, z, 1, 1), 2), rave.decode(z.transpose(1, 2)), decoder.delay, 26624)


def test_an_odd_number_of_bank_frames_in_a_latent_frame_is_refused():
    rave = small("v2")
    rave.config = rave.config.replace(ratios=[1, 1, 1, 1], encoder_ratios=[1, 1, 1, 1])
    with pytest.raises(ValueError, match="even number"):
        streaming.encoder(rave)
