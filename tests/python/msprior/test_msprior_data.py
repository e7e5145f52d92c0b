"""Datasets on disk: ours, and LMDBs as the release writes them."""

import pickle
import shutil

import lmdb
import numpy as np
import pytest
from msprior_raves import RATE, RATIO, released_rave, tiny_rave

from nn_tilde.audio.metadata import DatasetError
from nn_tilde.audio.metadata import Metadata as OfSound
from nn_tilde.audio.protobuf import AudioExample, audio_buffer, encode
from nn_tilde.msprior.data.latents import Key, open_latents
from nn_tilde.msprior.data.metadata import Metadata, Recording, read_index, read_metadata
from nn_tilde.msprior.data.store import StoreWriter

ABOUT = {"sampling_rate": RATE, "ratio": RATIO, "quantizers": 3, "channels": 1, "rave": "a.ts", "rave_digest": ""}
SET = {"num_secs": 16, "overlap": 0.25, "normalize": False, "silence_threshold": None}
KEYS = {
    "semantic_features": {"width": 0, "ratio": 4, "kind": "features", "num_tokens": 0},
    "semantic_indices": {"width": 1, "ratio": 4, "kind": "tokens", "num_tokens": 50},
}


def tokens_of(frames, seed=0, classes=60, quantizers=3):
    return np.random.default_rng(seed).integers(0, classes, (frames, quantizers)).astype(np.int16)


def values_of(frames, seed=0):
    count = -(-frames // 4)
    random = np.random.default_rng(seed + 100)
    return {
        "semantic_features": random.standard_normal((count, 5)).astype(np.float32),
        "semantic_indices": random.integers(0, 50, (count, 1)).astype(np.int32),
    }


LENGTHS = (9, 1, 12)


def store(folder, lengths=LENGTHS, keys=KEYS):
    folder.mkdir(exist_ok=True)
    metadata = Metadata(**ABOUT, **SET, continuous=True, num_tokens=64, levels=64, keys=keys)
    if not read_index(folder):
        metadata.write(folder)
    writer = StoreWriter(folder, read_metadata(folder))
    for i, frames in enumerate(lengths, start=len(writer.recordings)):
        recording = Recording(f"/sounds/{i}.wav", 1000, i, frames, 0, frames * RATIO - 1)
        writer.append(recording, tokens_of(frames, i), values_of(frames, i))
    writer.sync()
    writer.close()
    return folder


def chunks(folder, arrays, **others):
    """An LMDB as the release writes it."""
    folder.mkdir(exist_ok=True)
    with lmdb.open(str(folder), map_size=1 << 24) as env, env.begin(write=True) as transaction:
        for i, array in enumerate(arrays):
            buffers = {"rave": audio_buffer(array, RATE)}
            buffers |= {name: audio_buffer(rows[i], RATE) for name, rows in others.items()}
            transaction.put(b"%016d" % i, encode(AudioExample(buffers, {"path": f"{i}.wav"})))
    return folder


def test_a_store_gives_back_what_was_written(tmp_path):
    latents = open_latents(store(tmp_path / "db"))
    assert latents.lengths.tolist() == [9, 1, 12]
    for _ in range(2):
        for i, frames in enumerate(LENGTHS):
            found = latents.tokens(i, 0, frames)
            assert found.dtype == np.int16
            assert np.array_equal(found, tokens_of(frames, i))
            values = values_of(frames, i)
            for name in KEYS:
                found = latents.values(name, i, 0, 99)
                assert found.dtype == values[name].dtype
                assert np.array_equal(found, values[name])
        assert np.array_equal(latents.tokens(2, 3, 4), tokens_of(12, 2)[3:7])
        assert np.array_equal(latents.values("semantic_features", 2, 1, 1), values_of(12, 2)["semantic_features"][1:2])
        latents = pickle.loads(pickle.dumps(latents))  # after it was read from
    about = latents.about
    assert about.keys["semantic_features"] == Key("semantic_features", 5, 4, "features", 0)
    assert (about.num_tokens, about.levels, about.continuous, about.rave) == (64, 64, True, None)


def test_a_store_is_continued_and_what_was_torn_is_cut_off(tmp_path):
    store(tmp_path / "db", (9,))
    for name in ("tokens.i16", "keys/semantic_features.f32", "index.jsonl"):
        with open(tmp_path / "db" / name, "ab") as file:
            file.write(b"torn")
    store(tmp_path / "db", (5, 6))
    latents = open_latents(tmp_path / "db")
    assert latents.lengths.tolist() == [9, 5, 6]
    assert np.array_equal(latents.tokens(2, 0, 6), tokens_of(6, 2))
    assert np.array_equal(latents.values("semantic_features", 1, 0, 2), values_of(5, 1)["semantic_features"])


def test_a_descriptor_that_changes_its_mind_is_refused(tmp_path):
    store(tmp_path / "db", (9,))
    writer = StoreWriter(tmp_path / "db", read_metadata(tmp_path / "db"))
    values = values_of(8) | {"semantic_features": np.zeros((2, 6), np.float32)}
    with pytest.raises(DatasetError, match=r"'semantic_features' gave 2 × 6 numbers for 'b\.wav' instead of 2 × 5\."):
        writer.append(Recording("b.wav", 1, 1, 8, 0, 8), tokens_of(8), values)
    writer.close()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("tokens.i16", b"short", "tokens.i16' is shorter than its index says: the dataset is damaged."),
        ("keys/semantic_indices.i32", b"", "semantic_indices.i32' is shorter than its index says"),
        ("index.jsonl", b"{}\n", "index.jsonl' is damaged."),
        ("index.jsonl", b"", "holds no recording yet"),
        ("metadata.yaml", b"format: [", "metadata.yaml' is damaged."),
        ("metadata.yaml", b"format: msprior\nversion: 1\n", "metadata.yaml' is damaged."),
        ("metadata.yaml", b"format: msprior\nversion: 2\n", "was made by a newer version of this program."),
        ("metadata.yaml", b"format: store\n", "holds sound, not latents; msprior preprocess makes those, of"),
    ],
)
def test_damage_is_told_in_one_sentence(tmp_path, name, content, sentence):
    (store(tmp_path / "db") / name).write_bytes(content)
    with pytest.raises(DatasetError) as caught:
        open_latents(tmp_path / "db")
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_dataset_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="There is no dataset at"):
        open_latents(tmp_path / "none")
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file"):
        with pytest.raises(DatasetError, match=r"holds no dataset; msprior preprocess makes one\."):
            open_latents(path)
    OfSound(1, False, RATE, format="store").write(tmp_path)
    with pytest.raises(DatasetError, match="holds sound, not latents"):
        open_latents(tmp_path)


def test_an_lmdb_of_the_release_gives_the_same_tokens(tmp_path):
    arrays = [tokens_of(16, i, 31) for i in range(5)]
    features = [np.random.default_rng(i).standard_normal((4, 7)).astype(np.float32) for i in range(5)]
    indices = [np.arange(4, dtype=np.int64) + i for i in range(5)]
    sideways = [np.arange(32, dtype=np.float32).reshape(2, 16) for i in range(5)]
    loudness = [np.arange(16, dtype=np.float64)[:, None] for i in range(5)]
    static = [np.array([i], np.float32) for i in range(5)]
    db = chunks(
        *(tmp_path / "db", arrays),
        semantic_features=features,
        semantic_indices=indices,
        sideways=sideways,
        loudness=loudness,
        static=static,
    )
    shutil.copy(released_rave(tmp_path), db)
    latents = open_latents(db)
    about = latents.about
    assert (about.sampling_rate, about.ratio, about.quantizers) == (RATE, RATIO, 3)
    assert (about.num_tokens, about.levels, about.continuous) == (32, 32, False)
    assert about.rave == db / "released.ts"
    assert about.keys == {
        "semantic_features": Key("semantic_features", 7, 4, "features"),
        "semantic_indices": Key("semantic_indices", 1, 4, "tokens"),
        "sideways": Key("sideways", 2, 1, "features"),
        "loudness": Key("loudness", 1, 1, "features"),
        "static": Key("static", 1, 16, "features"),
    }
    assert latents.lengths.tolist() == [16] * 5
    for _ in range(2):
        for i in range(5):
            assert np.array_equal(latents.tokens(i, 2, 10), arrays[i][2:12])
            assert np.array_equal(latents.values("semantic_features", i, 1, 99), features[i][1:])
            found = latents.values("semantic_indices", i, 0, 4)
            assert found.dtype == np.int32
            assert found[:, 0].tolist() == indices[i].tolist()
            assert np.array_equal(latents.values("sideways", i, 0, 16), sideways[i].T)
            assert latents.values("static", i, 0, 1).tolist() == [[i]]
        latents = pickle.loads(pickle.dumps(latents))


def test_of_an_lmdb_of_numbers_the_classes_are_guessed_or_told(tmp_path):
    arrays = [np.full((8, 4), 62, np.int16), np.zeros((8, 4), np.int16)]
    db = chunks(tmp_path / "db", arrays)
    shutil.copy(tiny_rave(tmp_path, "continuous"), db)
    about = open_latents(db).about
    assert (about.num_tokens, about.levels, about.continuous) == (64, 63, True)
    about = open_latents(db, num_tokens=128).about
    assert (about.num_tokens, about.levels) == (128, 127)
    with pytest.raises(DatasetError, match=r"holds the token 62, more than NUM_TOKENS=32 allow\."):
        open_latents(db, num_tokens=32)


def test_an_lmdb_that_is_not_latents_of_its_rave_is_refused(tmp_path):
    db = chunks(tmp_path / "db", [tokens_of(8)])
    with pytest.raises(DatasetError, match=r"has no copy of the RAVE \(\.ts\)"):
        open_latents(db)
    shutil.copy(released_rave(tmp_path), db)
    with pytest.raises(DatasetError, match=r"holds the token \d\d, more than the 32 codes of its RAVE allow\."):
        open_latents(db)
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "data.mdb").write_bytes(b"nonsense")
    with pytest.raises(DatasetError, match="cannot be read"):
        open_latents(tmp_path / "empty")
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    shutil.copy(released_rave(tmp_path), sounds)
    with lmdb.open(str(sounds)) as env, env.begin(write=True) as transaction:
        example = AudioExample({"waveform": audio_buffer(np.zeros((1, 8), np.int16), RATE)})
        transaction.put(b"%016d" % 0, encode(example))
    with pytest.raises(DatasetError, match=r"holds sound, not latents\."):
        open_latents(sounds)
