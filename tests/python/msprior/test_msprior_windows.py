"""Which frames train and validate, and what an example is."""

import numpy as np
import pytest
import torch

from nn_tilde.audio.metadata import DatasetError
from nn_tilde.msprior.config import read
from nn_tilde.msprior.data.latents import About, Key, Latents
from nn_tilde.msprior.data.windows import Cut, Part, TrainingWindows, ValidationWindows, cut_for, histogram, split

KEYS = {
    "semantic_features": Key("semantic_features", 2, 4, "features"),
    "semantic_indices": Key("semantic_indices", 1, 4, "tokens", 50),
    "loudness": Key("loudness", 1, 1, "features"),
    "waveform": Key("waveform", 1, 0, "features"),
}


class Counted(Latents):
    """Frame t of recording r is [100 r + t, 100 r + t + 1, …]; value i of a key is [i + 1, …]."""

    def __init__(self, *lengths, quantizers=2):
        self.lengths = np.array(lengths, np.int64)
        self.about = About(44100, 2048, quantizers, 30000, 30000, True, None, KEYS)

    def tokens(self, recording, start, frames):
        assert 0 <= start <= start + frames <= self.lengths[recording]
        return (100 * recording + start + np.arange(frames)[:, None] + np.arange(self.about.quantizers)).astype("<i2")

    def values(self, key, recording, start, count):
        key = self.about.keys[key]
        held = -(-int(self.lengths[recording]) // key.ratio)
        places = np.arange(start, min(start + count, held), dtype=np.float32)
        return np.repeat(places[:, None] + 1, key.width, 1)


def whole(latents):
    lengths = latents.lengths
    return Part(np.stack([np.arange(len(lengths)), np.zeros_like(lengths), lengths], 1))


def all_of(windows, epochs=20):
    return [windows[epoch, index] for epoch in range(epochs) for index in range(len(windows))]


def test_targets_follow_their_inputs_and_begin_anywhere():
    latents = Counted(50, 30)
    windows = TrainingWindows(latents, whole(latents), Cut(8, 2), seed=1)
    assert len(windows) == 80 // 8
    starts = set()
    for item in all_of(windows, 40):
        assert item["inputs"].dtype == item["targets"].dtype == torch.int64
        assert item["inputs"].shape == item["targets"].shape == (8, 2)
        assert item["semantic"].shape == (0, 0)
        assert torch.equal(item["targets"], item["inputs"] + 1)
        assert torch.equal(item["targets"][1:], item["inputs"][1:] + 1)
        starts.add(int(item["targets"][0, 0]))
    assert starts == {*range(1, 43), *range(101, 123)}


def test_a_window_depends_on_seed_epoch_and_index_alone():
    latents = Counted(400)
    first, again, other = (TrainingWindows(latents, whole(latents), Cut(8, 2), seed) for seed in (1, 1, 2))
    assert all(torch.equal(first[e, i]["inputs"], again[e, i]["inputs"]) for e in range(3) for i in range(5, 0, -1))
    assert not all(torch.equal(first[0, i]["inputs"], other[0, i]["inputs"]) for i in range(5))
    assert not all(torch.equal(first[0, i]["inputs"], first[1, i]["inputs"]) for i in range(5))


def test_short_recordings_are_padded():
    latents = Counted(5)
    item = TrainingWindows(latents, whole(latents), Cut(8, 2), 0)[0, 0]
    assert item["inputs"][:, 0].tolist() == [0, 1, 2, 3, 0, 0, 0, 0]
    assert item["targets"][:, 0].tolist() == [1, 2, 3, 4, -1, -1, -1, -1]


def test_cross_conditioning_is_aligned_with_targets():
    latents = Counted(50)
    cut = Cut(8, 2, KEYS["semantic_features"], "cross")
    items = all_of(TrainingWindows(latents, whole(latents), cut, 0))
    assert {int(item["targets"][0, 0]) for item in items} == {*range(4, 41, 4)}
    for item in items:
        start = int(item["targets"][0, 0])
        assert item["semantic"].tolist() == [[start / 4 + 1] * 2, [start / 4 + 2] * 2]


def test_cross_conditioning_of_a_short_recording():
    latents = Counted(7)
    item = TrainingWindows(latents, whole(latents), Cut(8, 2, KEYS["semantic_indices"], "cross"), 0)[0, 0]
    assert item["targets"][:, 0].tolist() == [4, 5, 6, -1, -1, -1, -1, -1]
    assert item["semantic"].tolist() == [[2.0], [0.0]]


def test_film_conditioning_has_the_value_of_each_target():
    latents = Counted(50, 6)
    for item in all_of(TrainingWindows(latents, whole(latents), Cut(8, 2, KEYS["semantic_features"], "film"), 0)):
        held = item["targets"][:, 0] >= 0
        wanted = torch.where(held, item["targets"][:, 0] % 100 // 4 + 1, 0).float()
        assert torch.equal(item["semantic"], wanted[:, None].expand(8, 2))


def test_a_key_with_a_value_each_frame():
    latents = Counted(50)
    item = TrainingWindows(latents, whole(latents), Cut(8, 2, KEYS["loudness"], "film"), 0)[0, 0]
    assert torch.equal(item["semantic"][:, 0], item["targets"][:, 0].float() + 1)


def test_values_that_end_before_the_latents_do():
    latents = Counted(50)
    values = np.arange(1, 10, dtype=np.float32)[:, None]  # of 4 frames each, as an LMDB might have them
    latents.values = lambda key, recording, start, count: values[start : start + count]
    key = KEYS["semantic_indices"]
    film = ValidationWindows(latents, whole(latents), Cut(2, 2, key, "film"))
    assert [film[i]["semantic"][1, 0] for i in (15, 17, 24)] == [9, 9, 9]
    cross = ValidationWindows(latents, whole(latents), Cut(4, 2, key, "cross"))
    assert cross[len(cross) - 1]["semantic"].tolist() == [[9.0]]


def test_flattened_sequences_hold_fewer_frames():
    config = read(["flattened"], ["SEQ_LEN=9", "NUM_QUANTIZERS=2"])
    cut = cut_for(config, Counted(50))
    assert (cut.frames, cut.quantizers) == (4, 2)
    assert cut_for(read(["flattened"], ["SEQ_LEN=1", "NUM_QUANTIZERS=2"]), Counted(50)).frames == 1


def test_fewer_latents_than_there_are():
    latents = Counted(50, quantizers=4)
    cut = cut_for(read(["decoder_only"], ["NUM_QUANTIZERS=3"]), latents)
    assert TrainingWindows(latents, whole(latents), cut, 0)[0, 0]["inputs"].shape == (256, 3)


@pytest.mark.parametrize(
    ("config", "overrides", "sentence"),
    [
        ("decoder_only", ["NUM_QUANTIZERS=3"], "The data has 2 latents, less than NUM_QUANTIZERS=3."),
        ("modulated_alibi", ["dataset.encoder_key='chords'"], "The configuration needs 'chords', but the data has"),
        ("modulated_alibi", ["dataset.encoder_key='semantic_indices'"], "'semantic_indices' are tokens in this data"),
        ("modulated_alibi", ["dataset.encoder_key='waveform'"], "'waveform' has more values than there are latents"),
        ("encoder_decoder", ["attention.Decoder.encoder_out_ratio=8"], "has a value each 4 latents, the configuration"),
    ],
)
def test_data_that_does_not_fit_is_refused(config, overrides, sentence):
    with pytest.raises(DatasetError, match="^.*" + sentence.replace(".", r"\.")):
        cut_for(read([config], [*([] if "NUM_Q" in overrides[0] else ["NUM_QUANTIZERS=2"]), *overrides]), Counted(50))


def test_validation_covers_every_frame_once_and_reaches_back():
    latents = Counted(50, 3)
    windows = ValidationWindows(latents, whole(latents), Cut(8, 2))
    starts = [int(windows[i]["targets"][0, 0]) for i in range(len(windows))]
    assert starts == [1, 9, 17, 25, 33, 41, 42, 101]
    assert len(ValidationWindows(latents, whole(latents), Cut(8, 2), limit=3)) == 3


def frames_of(part):
    return {(r, t) for r, start, stop in part.spans.tolist() for t in range(start, stop)}


@pytest.mark.parametrize(
    "lengths", [[1000], [1000, 30, 1], [60] * 30, [5] * 200, [15] * 8, [2000, *[20] * 30], [300, 400, 500], [100] * 5]
)
@pytest.mark.parametrize("val_size", [1, 8192])
def test_no_frame_is_in_both_parts(lengths, val_size):
    latents = Counted(*lengths)
    training, validation = split(latents, 8, val_size, seed=0)
    a, b = frames_of(training), frames_of(validation)
    usable = sum(length for length in lengths if length > 1)
    if val_size > 1:
        assert not a & b
        assert len(a | b) == usable
        assert 0.03 * usable < len(b) < 0.21 * usable
    assert a == b or not a & b
    assert split(latents, 8, val_size, seed=0)[1].spans.tolist() == validation.spans.tolist()
    assert len(ValidationWindows(latents, validation, Cut(8, 2), val_size)) <= val_size
    TrainingWindows(latents, training, Cut(8, 2), 0)[0, 0]


def test_the_ends_of_few_recordings_validate_and_whole_ones_of_many():
    _, validation = split(Counted(1000, 1000), 8, 8192, 0)
    assert validation.spans.tolist() == [[0, 950, 1000], [1, 950, 1000]]
    _, validation = split(Counted(*[60] * 40), 8, 8192, 0)
    assert [(start, stop) for _, start, stop in validation.spans.tolist()] == [(0, 60)] * 2
    others = split(Counted(*[60] * 40), 8, 8192, 1)[1]
    assert others.spans.tolist() != validation.spans.tolist()


def test_too_little_data_validates_on_itself_and_says_so():
    training, validation = split(Counted(20, 1), 8, 8192, 0)
    assert training.spans.tolist() == validation.spans.tolist() == [[0, 0, 20]]
    assert len(training.remarks) == 2
    assert training.remarks[0] == "1 of the 2 recordings have less than 2 latents and are not used."
    assert "too little data" in training.remarks[1]


def test_recordings_without_examples_do_not_validate():
    latents = Counted(*[3] * 100, *[100] * 3)
    cut = Cut(8, 2, KEYS["semantic_features"], "cross")
    training, validation = split(latents, 8, 8192, 0, cut.grid)
    assert training.remarks == ("100 of the 103 recordings have less than 5 latents and are not used.",)
    assert len(ValidationWindows(latents, validation, cut)) > 0


def test_nothing_to_continue_is_refused():
    with pytest.raises(DatasetError, match="long enough to be continued"):
        split(Counted(1, 1), 8, 8192, 0)
    latents = Counted(4)
    with pytest.raises(DatasetError, match="long enough to be continued"):
        TrainingWindows(latents, whole(latents), Cut(8, 2, KEYS["semantic_features"], "cross"), 0)


def test_histogram_counts_tokens_of_each_latent():
    latents = Counted(3, 3)
    counts = histogram(latents, Part(np.array([[0, 0, 3], [1, 1, 3]])))
    assert counts.shape == (2, 30000)
    assert np.flatnonzero(counts[0]).tolist() == [0, 1, 2, 101, 102]
    assert np.flatnonzero(counts[1]).tolist() == [1, 2, 3, 102, 103]
    assert counts.sum() == 10
