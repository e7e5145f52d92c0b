"""Parts of datasets."""

import shutil

import numpy as np
import pytest
from click.testing import CliRunner
from msprior_raves import RATE, RATIO, released_rave

from nn_tilde.audio.protobuf import AudioExample, audio_buffer, encode
from nn_tilde.msprior import compact
from nn_tilde.msprior.cli import cli
from nn_tilde.msprior.data.latents import open_latents
from nn_tilde.msprior.data.metadata import Metadata, Recording, read_index, read_metadata
from nn_tilde.msprior.data.store import StoreWriter


def call(*words, code=0):
    done = CliRunner().invoke(cli, ["compact", *(str(word) for word in words)])
    assert done.exit_code == code, f"{done.exit_code}: {done.output} {done.exception!r}"
    return done.output


@pytest.fixture
def store(tmp_path):
    folder = tmp_path / "db"
    folder.mkdir()
    metadata = Metadata(
        sampling_rate=RATE,
        ratio=RATIO,
        quantizers=3,
        channels=1,
        continuous=False,
        num_tokens=32,
        levels=32,
        rave="released.ts",
        rave_digest="",
        num_secs=16,
        overlap=0.25,
        normalize=False,
        silence_threshold=None,
        keys={"level": {"width": 2, "ratio": 4, "kind": "features", "num_tokens": 0}},
    )
    metadata.write(folder)
    writer = StoreWriter(folder, metadata)
    for i, frames in enumerate((5, 6, 7)):
        random = np.random.default_rng(i)
        tokens = random.integers(0, 32, (frames, 3)).astype(np.int16)
        writer.append(
            Recording(f"{i}.wav", 1, i, frames, 0, frames * RATIO, {"title": f"{i}"}),
            tokens,
            {"level": random.standard_normal((2, 2)).astype(np.float32)},
        )
    writer.sync()
    writer.close()
    shutil.copy(released_rave(tmp_path), folder)
    return folder


def test_the_first_recordings_of_a_store(store):
    said = call("--db", store, "--max_elm", 2)
    target = store.with_name("db_compact")
    assert said == f"'{target}': 2 of the dataset's recordings\n"
    whole, part = open_latents(store), open_latents(target)
    assert part.lengths.tolist() == [5, 6]
    for i in range(2):
        assert np.array_equal(part.tokens(i, 0, 5), whole.tokens(i, 0, 5))
        assert np.array_equal(part.values("level", i, 0, 9), whole.values("level", i, 0, 9))
    assert read_index(target) == read_index(store)[:2]
    assert part.about.rave == target / "released.ts"
    assert read_metadata(target).complete
    assert f"'{target}' is there already." in call("--db", store, code=1)


def test_a_store_that_is_growing(store, monkeypatch):
    def grown(folder):
        found = open_latents(folder)
        writer = StoreWriter(folder, read_metadata(folder))
        recording = Recording("new.wav", 1, 1, 4, 0, 4 * RATIO)
        writer.append(recording, np.zeros((4, 3), np.int16), {"level": np.zeros((1, 2), np.float32)})
        writer.sync()
        writer.close()
        return found

    monkeypatch.setattr(compact, "open_latents", grown)
    assert ": 3 of the dataset's recordings" in call("--db", store)
    assert open_latents(store).lengths.tolist() == [5, 6, 7, 4]
    assert open_latents(store.with_name("db_compact")).lengths.tolist() == [5, 6, 7]


def test_a_single_recording(store):
    assert "1 of the dataset's recordings" in call("--db", store, "--max_elm", 1)


def test_all_of_a_store_and_a_slash_at_the_end(store):
    call(f"--db={store}/")
    target = store.with_name("db_compact")
    assert (target / "tokens.i16").read_bytes() == (store / "tokens.i16").read_bytes()
    assert not [path for path in store.parent.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(("most", "held"), [(3, 3), (99, 5), (None, 5)])
def test_entries_of_an_lmdb(tmp_path, most, held):
    import lmdb

    db = tmp_path / "db"
    db.mkdir()
    arrays = [np.random.default_rng(i).integers(0, 32, (16, 3)).astype(np.int16) for i in range(5)]
    with lmdb.open(str(db), map_size=1 << 24) as env, env.begin(write=True) as transaction:
        for i, array in enumerate(arrays):
            transaction.put(b"%016d" % i, encode(AudioExample({"rave": audio_buffer(array, RATE)})))
    shutil.copy(released_rave(tmp_path), db)
    call("--db", db, *(() if most is None else ("--max_elm", most)))
    latents = open_latents(tmp_path / "db_compact")
    assert len(latents.lengths) == held
    assert np.array_equal(latents.tokens(held - 1, 0, 16), arrays[held - 1])


def test_what_is_no_dataset_is_refused(tmp_path):
    assert "There is no dataset at" in call("--db", tmp_path / "none", code=1)
    (tmp_path / "db").mkdir()
    assert "holds no dataset" in call("--db", tmp_path / "db", code=1)
    assert [path.name for path in tmp_path.iterdir()] == ["db"]
    assert call("--db", tmp_path, "--max_elm", 0, code=2)


def test_help():
    assert "--max_elm" in call("--help")
