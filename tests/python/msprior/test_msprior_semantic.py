"""Semantic features: learned, written to a file, and the same in datasets as live."""

import numpy as np
import pytest
import soundfile
import torch

import nn_tilde
from nn_tilde.export import Module
from nn_tilde.export.torchscript import load
from nn_tilde.msprior.semantic import NAME, SemanticError, prepare
from nn_tilde.msprior.semantic.clusters import kmeans, nearest
from nn_tilde.msprior.semantic.network import STACK, Front, memory, network
from nn_tilde.msprior.semantic.prepare import _standardise
from nn_tilde.msprior.semantic.sounds import plan
from nn_tilde.msprior.semantic.training import RandomQuantizer, train

RATE, RATIO = 16000, 256
HOP = STACK * RATIO
TOLERANCE = 1e-4


def rng(seed=0):
    return np.random.default_rng(seed)


def tune(rows, seed=0):
    """Tones of random pitch and level, mono, a whole number of rows."""
    x = []
    while sum(map(len, x)) < rows * HOP:
        t = np.arange(rng(seed).integers(2000, 9000)) / RATE
        pitch, level = 100 * 2 ** rng(seed + 1).uniform(0, 4), 10 ** rng(seed + 2).uniform(-2, -0.5)
        x.append(level * np.sin(2 * np.pi * pitch * t) + 0.003 * rng(seed).standard_normal(len(t)))
        seed += 3
    return np.concatenate(x)[: rows * HOP].astype(np.float32)


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three recordings, and what was learned of them in a few steps."""
    folder = tmp_path_factory.mktemp("semantic")
    for i in range(3):
        soundfile.write(folder / f"{i}.wav", tune(90, i), RATE)
    told = []
    files = sorted(folder.glob("*.wav"))
    found = prepare(files, RATIO, RATE, 3, None, folder / "data", "cpu", lambda *now: told.append(now))
    assert [d.name for d in found] == ["semantic_indices", "semantic_features"]
    assert told == [(done, 6) for done in range(7)]
    assert [path.name for path in (folder / "data").iterdir()] == [NAME]
    return folder / "data"


def opened(folder):
    def never(done, total):
        raise AssertionError("something is trained")

    return prepare([], RATIO, RATE, out_folder=folder, watch=never)


def rows_of(descriptor, x):
    return descriptor([x], ["x.wav"], RATE, [len(x) // RATIO])[0]


def test_descriptors_say_what_they_are(folder):
    tokens, features = opened(folder)
    assert (tokens.kind, features.kind) == ("tokens", "features")
    assert tokens.ratio == features.ratio == STACK
    assert tokens.context == features.context == memory(RATIO)
    x = tune(40, 5)
    assert rows_of(features, x).shape == (40, 128)
    assert rows_of(features, x).dtype == np.float32
    classes = rows_of(tokens, x)
    assert classes.shape == (40, 1)
    assert classes.dtype == np.int32
    assert 0 <= classes.min() <= classes.max() < tokens.num_tokens == 270 // 16
    assert len(np.unique(classes)) > 3


def test_features_are_normalised(folder):
    _, features = opened(folder)
    rows = np.concatenate([rows_of(features, tune(90, i)) for i in range(3)])
    np.testing.assert_allclose(rows.mean(0), 0, atol=0.05)
    np.testing.assert_allclose(rows.std(0), 1, atol=0.05)


def test_the_file_offers_what_patches_expect(folder):
    host = nn_tilde.Host(folder / NAME, method="tokens", block=HOP, sample_rate=RATE)
    tokens, features = host.methods["tokens"], host.methods["features"]
    assert (tokens.in_channels, tokens.in_ratio, tokens.out_channels, tokens.out_ratio) == (1, 1, 1, HOP)
    assert (features.in_channels, features.in_ratio, features.out_channels, features.out_ratio) == (1, 1, 128, HOP)
    assert tokens.output_labels == ["semantic tokens"]
    assert features.output_labels == [f"semantic feature {i}" for i in range(128)]


@pytest.mark.parametrize("blocks", [1, 3])
def test_live_it_says_what_the_dataset_has(folder, blocks):
    x = tune(60, 9)
    for descriptor, method in zip(opened(folder), ("tokens", "features"), strict=True):
        host = nn_tilde.Host(folder / NAME, method=method, block=blocks * HOP, sample_rate=RATE)
        played = host.render(x[None])[:, ::HOP].T  # a row is held for as long as it lasts
        np.testing.assert_allclose(played, rows_of(descriptor, x), atol=TOLERANCE)
        assert host.messages() == []


def test_blocks_of_any_size_give_the_same_rows(folder):
    x = torch.from_numpy(np.stack([tune(24, 1), tune(24, 2)]))[:, None]
    with torch.no_grad():
        whole = load(str(folder / NAME)).features(x)
        model = load(str(folder / NAME))
        parts = torch.cat([model.features(x[..., a * HOP : b * HOP]) for a, b in ((0, 1), (1, 2), (2, 9), (9, 24))], 2)
        alone = load(str(folder / NAME)).features(x[1:])
    torch.testing.assert_close(parts, whole, atol=TOLERANCE, rtol=0)
    torch.testing.assert_close(alone, whole[1:], atol=TOLERANCE, rtol=0)


def test_a_piece_with_its_context_has_the_rows_of_the_recording(folder):
    _, features = opened(folder)
    x = tune(60, 3)
    at = 40 * HOP
    piece = rows_of(features, x[at - features.context :])[features.context // HOP :]
    np.testing.assert_allclose(piece, rows_of(features, x)[40:], atol=TOLERANCE)
    less = rows_of(features, x[at - features.context + 2 * HOP :])[features.context // HOP - 2 :]
    assert np.abs(less[0] - rows_of(features, x)[40]).max() > 10 * TOLERANCE  # and no less would do


def test_no_row_hears_the_future(folder):
    _, features = opened(folder)
    x, y = tune(30, 3), tune(30, 4)
    mixed = np.concatenate([x[: 20 * HOP], y[20 * HOP :]])
    np.testing.assert_allclose(rows_of(features, mixed)[:20], rows_of(features, x)[:20], atol=TOLERANCE)


def test_long_pieces_and_ends_that_fill_no_row(folder):
    _, features = opened(folder)
    x = tune(300, 8)[: 299 * HOP + 10]  # more than is computed at once
    rows = features([x], ["x"], RATE, [299 * STACK + 1])[0]
    assert rows.shape == (300, 128)
    np.testing.assert_allclose(rows[:20], rows_of(features, x[: 20 * HOP]), atol=TOLERANCE)
    nothing = features([x[:0], np.full(HOP, np.nan, np.float32)], ["x", "y"], RATE, [1, 4])[1]
    assert np.isfinite(nothing).all()


def test_it_is_the_same_again(folder, tmp_path):
    files = sorted(folder.parent.glob("*.wav"))
    state = torch.get_rng_state()
    again = prepare(files, RATIO, RATE, 3, out_folder=tmp_path)
    assert torch.equal(torch.get_rng_state(), state)
    x = tune(20, 4)
    for one, other in zip(opened(folder), again, strict=True):
        np.testing.assert_allclose(rows_of(one, x), rows_of(other, x), atol=TOLERANCE)


def test_another_model_is_copied_and_used(folder, tmp_path):
    out = tmp_path / "new"
    found = prepare([], RATIO, RATE, model_path=folder / NAME, out_folder=out)
    assert (out / NAME).read_bytes() == (folder / NAME).read_bytes()
    x = tune(20, 4)
    np.testing.assert_array_equal(rows_of(found[1], x), rows_of(opened(folder)[1], x))
    prepare([], RATIO, RATE, model_path=folder / NAME, out_folder=out)  # as when a dataset is continued
    (out / NAME).write_bytes(b"other")
    with pytest.raises(SemanticError, match="is there already and another model than"):
        prepare([], RATIO, RATE, model_path=folder / NAME, out_folder=out)


class Stranger(Module):
    """A model by somebody else: its level, and whether it is high, each two latent frames."""

    def __init__(self):
        super().__init__()
        self.register_method("features", 1, 1, 1, 2 * RATIO)
        self.register_method("tokens", 1, 1, 1, 2 * RATIO)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        return x.reshape(x.size(0), 1, -1, 512).square().mean(3)

    def tokens(self, x: torch.Tensor) -> torch.Tensor:
        return (self.features(x) > 0.01).to(x.dtype)


def test_a_model_of_another_maker(tmp_path):
    Stranger().export_to_ts(tmp_path / "mine.ts")
    tokens, features = prepare([], RATIO, RATE, model_path=tmp_path / "mine.ts", out_folder=tmp_path / "data")
    x = np.repeat(np.float32([0, 1, 0.5]), 2 * RATIO)
    np.testing.assert_array_equal(rows_of(features, x)[:, 0], [0, 1, 0.25])
    np.testing.assert_array_equal(rows_of(tokens, x)[:, 0], [0, 1, 1])
    assert (tokens.ratio, tokens.num_tokens, tokens.context) == (2, 0, 0)


class Other(Module):
    def __init__(self, name, inputs=1):
        super().__init__()
        self.register_method("features", inputs, 1, 1, 1024)
        self.register_method(name, inputs, 1, 1, 1024)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, :1, ::1024]

    def tokens(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, :1, ::1024]

    def classes(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, :1, ::1024]


def test_files_that_are_no_models_of_features(folder, tmp_path):
    def sentence(path, ratio=RATIO, rate=RATE):
        with pytest.raises(SemanticError) as caught:
            prepare([], ratio, rate, model_path=path, out_folder=tmp_path / "data")
        assert not (tmp_path / "data").exists()
        return str(caught.value)

    (tmp_path / "text.ts").write_text("hello")
    Other("classes").export_to_ts(tmp_path / "classes.ts")
    Other("tokens", 2).export_to_ts(tmp_path / "stereo.ts")
    assert "There is no file" in sentence(tmp_path / "none.ts")
    assert "is not a TorchScript file" in sentence(tmp_path / "text.ts")
    assert "has no method 'tokens'" in sentence(tmp_path / "classes.ts")
    assert "does not hear mono audio" in sentence(tmp_path / "stereo.ts")
    assert "hears sound at 16000 Hz, and the RAVE is of 44100 Hz" in sentence(folder / NAME, rate=44100)
    assert "has a row each 1024 samples, no multiple of the 2048" in sentence(folder / NAME, ratio=2048)


def test_nothing_to_learn_from(tmp_path):
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    soundfile.write(tmp_path / "empty.wav", np.zeros(0), RATE)
    for files in ([], [tmp_path / "broken.wav", tmp_path / "empty.wav", tmp_path / "none.wav"]):
        with pytest.raises(SemanticError, match="There is no sound"):
            prepare(files, RATIO, RATE, out_folder=tmp_path / "data")
    assert not list((tmp_path / "data").iterdir())


@pytest.mark.parametrize("level", [0, 0.1])
def test_very_little_to_learn_from(tmp_path, level):
    """One sound that is shorter than a row, in stereo and at another rate; silence too."""
    soundfile.write(tmp_path / "click.wav", level * rng().standard_normal((200, 2)), 8000)
    tokens, features = prepare([tmp_path / "click.wav"], RATIO, RATE, 2, out_folder=tmp_path)
    assert tokens.num_tokens == 1
    assert np.isfinite(rows_of(features, tune(5))).all()
    assert (rows_of(tokens, tune(5)) == 0).all()


def test_excerpts_are_an_hour_at_most(tmp_path):
    path = tmp_path / "long.wav"
    with soundfile.SoundFile(path, "w", 100, 1, subtype="PCM_U8") as file:
        for _ in range(3):
            file.write(np.zeros(3000 * 100))
    excerpts = plan([path], 100, 40, seed=1)
    assert sum(samples for _, _, samples, _ in excerpts) == 3600 * 100
    assert len({start for _, start, _, _ in excerpts}) == len(excerpts)
    assert excerpts == plan([path], 100, 40, seed=1) != plan([path], 100, 40, seed=2)
    assert max(start for _, start, _, _ in excerpts) > 8000 * 100


# Parts.


def test_kmeans_finds_heaps():
    generator = torch.Generator().manual_seed(0)
    heaps = 10 * torch.randn(8, 5, generator=generator)
    points = (heaps[:, None] + torch.randn(8, 50, 5, generator=generator)).reshape(-1, 5)
    which, _ = nearest(points, kmeans(points, 8, generator))
    assert all(len(set(heap.tolist())) == 1 for heap in which.reshape(8, 50))
    assert len(set(which.tolist())) == 8


def test_kmeans_has_no_empty_classes():
    generator = torch.Generator().manual_seed(0)
    points = torch.randn(6, 4, generator=generator).repeat(30, 1)
    centres = kmeans(points, 20, generator)
    assert len(centres) == 6  # as many as there are different points
    assert len(kmeans(torch.zeros(10, 4), 3, generator)) == 1
    many = kmeans(torch.randn(300, 4, generator=generator), 100, generator)
    assert 90 < len(many) <= 100


def test_codes_are_used_evenly():
    torch.manual_seed(0)
    rows = torch.randn(4000, 256) * torch.logspace(1, -2, 256) @ torch.linalg.qr(torch.randn(256, 256))[0]
    codes = RandomQuantizer(rows)(rows)
    assert codes.shape == (4000, 4)
    used = torch.stack([torch.bincount(book, minlength=256) for book in codes.T]).float() / 4000
    assert (-(used * (used + 1e-9).log()).sum(1)).exp().min() > 150  # of 256


KINDS = 10


def sound(kind, samples, draw):
    """Four pitches of sines, three colours of noise, three pitches of plucks; at any level, in some noise."""
    t = np.arange(samples) / RATE
    if kind < 4:
        x = np.sin(2 * np.pi * 220 * 2 ** (kind / 4) * draw.uniform(0.98, 1.02) * t + draw.uniform(0, 6))
    elif kind < 7:
        colour = np.maximum(np.fft.rfftfreq(samples, 1 / RATE), 40) ** (-0.5 * (kind - 4))
        x = np.fft.irfft(np.fft.rfft(draw.standard_normal(samples)) * colour, samples)
    else:
        x, pitch, every = 0 * t, 220 * 2 ** ((kind - 7) / 3) * draw.uniform(0.98, 1.02), draw.uniform(0.1, 0.3)
        for at in np.arange(0, t[-1], every):
            since = np.maximum(t - at - draw.uniform(0, 0.05), 0)
            x += (since > 0) * np.exp(-15 * since) * sum(np.sin(2 * np.pi * pitch * h * since) / h for h in range(1, 5))
    x = x / np.sqrt(np.square(x).mean())
    x = x + 10 ** draw.uniform(-1, 0) * draw.standard_normal(samples)
    return torch.from_numpy((10 ** draw.uniform(-1.5, -0.5) * x).astype(np.float32))


def test_features_tell_sounds_apart():
    """Nearest neighbour of single rows, 3 sounds of each kind known; better than before training."""
    draw, ratio, rows, forget = rng(0), 512, 8, 3
    front = Front(RATE, ratio)

    def heard(kinds):
        found = []
        for kind in kinds:
            front.reset()
            found.append(front(sound(kind, rows * STACK * ratio, draw)[None, None])[0])
        return torch.stack(found)

    known, asked = np.repeat(np.arange(KINDS), 3), np.repeat(np.arange(KINDS), 8)
    with torch.no_grad():
        mels = heard(draw.permutation(np.repeat(np.arange(KINDS), 15)))
        front.mean.copy_(mels.mean((0, 1)))
        front.spread.copy_(mels.std((0, 1)))
        mels, (known_mels, asked_mels) = (mels - front.mean) / front.spread, map(heard, (known, asked))

    def right(net):
        with torch.no_grad():
            _standardise(net, mels.flatten(0, 1))
            both = (net(x.transpose(1, 2))[..., forget:] for x in (known_mels, asked_mels))
            a, b = (x.transpose(1, 2).flatten(0, 1) for x in both)
        found = known.repeat(rows - forget)[torch.cdist(b, a).argmin(1)]
        return (found == asked.repeat(rows - forget)).mean()

    torch.manual_seed(0)
    net = network(width=64)
    before = right(net)
    losses = train(net, mels.flatten(0, 1), 200, torch.Generator().manual_seed(0), batch=4, rows=32)
    assert np.mean(losses[-20:]) < np.mean(losses[:20]) - 0.5
    after = right(net)
    assert after > 0.8  # by chance: 0.1
    assert after > before + 0.05
