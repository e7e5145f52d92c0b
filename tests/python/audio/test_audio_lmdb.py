"""The release's datasets are read as they are, and written as it reads them."""

import multiprocessing
import pickle

import lmdb
import numpy as np
import pytest
from audio_files import sound, write
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from nn_tilde.audio import lmdb_dataset, protobuf
from nn_tilde.audio.crops import Crops
from nn_tilde.audio.dataset import open_dataset
from nn_tilde.audio.metadata import DatasetError, Metadata
from nn_tilde.audio.preprocess import preprocess

N = 1000  # num_signal
pytestmark = pytest.mark.usefixtures("in_this_process")


@pytest.fixture(scope="module")
def example_type():
    """AudioExample as protobuf itself makes it from the schema."""
    file = descriptor_pb2.FileDescriptorProto(name="a.proto", package="a", syntax="proto3")
    field = descriptor_pb2.FieldDescriptorProto

    def add(message, name, number, kind, repeated=False, type_name=None):
        message.field.add(name=name, number=number, type=kind, type_name=type_name,
                          label=field.LABEL_REPEATED if repeated else field.LABEL_OPTIONAL)  # fmt: skip

    def add_map(message, name, number, value_kind, value_type=None):
        entry = message.nested_type.add(name=name.title() + "Entry")
        entry.options.map_entry = True
        add(entry, "key", 1, field.TYPE_STRING)
        add(entry, "value", 2, value_kind, type_name=value_type)
        add(message, name, number, field.TYPE_MESSAGE, True, f".a.{message.name}.{entry.name}")

    file.enum_type.add(name="Precision").value.extend(
        descriptor_pb2.EnumValueDescriptorProto(name=name, number=i)
        for i, name in enumerate(["FLOAT16", "FLOAT32", "FLOAT64", "INT16", "INT32", "INT64", "RAW"])
    )
    buffer = file.message_type.add(name="AudioBuffer")
    add(buffer, "shape", 1, field.TYPE_INT32, True)
    add(buffer, "sampling_rate", 2, field.TYPE_INT32)
    add(buffer, "data", 3, field.TYPE_BYTES)
    add(buffer, "precision", 4, field.TYPE_ENUM, type_name=".a.Precision")
    add_map(buffer, "metadata", 5, field.TYPE_STRING)
    add(buffer, "format", 6, field.TYPE_STRING)
    example = file.message_type.add(name="AudioExample")
    add_map(example, "buffers", 1, field.TYPE_MESSAGE, ".a.AudioBuffer")
    add_map(example, "metadata", 2, field.TYPE_STRING)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("a.AudioExample"))


def release_example(example_type, rows, rate=44100):
    """A chunk [C, T] of int16 as the release writes it, with its mistake in the shape."""
    example = example_type()
    buffer = example.buffers["waveform"]
    buffer.data = rows.astype("<i2").tobytes()
    buffer.shape.extend([rows.shape[0], rows.nbytes // rows.shape[0]])
    buffer.sampling_rate, buffer.precision = rate, 3
    return example


def release_dataset(folder, examples, metadata):
    folder.mkdir()
    env = lmdb.open(str(folder), map_size=1 << 26)
    with env.begin(write=True) as transaction:
        for i, example in enumerate(examples):
            transaction.put(f"{i:08d}".encode(), example.SerializeToString())
    env.close()
    if metadata is not None:
        (folder / "metadata.yaml").write_text("".join(f"{key}: {value}\n" for key, value in metadata.items()))
    return folder


def entries(folder):
    env = lmdb.open(str(folder), readonly=True, lock=False)
    with env.begin() as transaction:
        found = {bytes(key).decode(): bytes(value) for key, value in transaction.cursor()}
    env.close()
    return found


def test_the_codec_is_that_of_protobuf(example_type):
    x = np.arange(-300, 300, dtype=np.int16).reshape(2, -1)
    ours = protobuf.AudioExample({"waveform": protobuf.audio_buffer(x, 48000)}, {"path": "/a/ü.wav", "length": "1.5"})
    theirs = example_type.FromString(protobuf.encode(ours))
    buffer = theirs.buffers["waveform"]
    assert (list(buffer.shape), buffer.sampling_rate, buffer.precision) == ([2, 300], 48000, 3)
    assert buffer.data == x.tobytes()
    assert dict(theirs.metadata) == ours.metadata
    buffer.metadata["unknown"], buffer.format = "to us", "and this"
    back = protobuf.decode(theirs.SerializeToString())
    np.testing.assert_array_equal(back.buffers["waveform"].array(), x.ravel())
    assert back.buffers["waveform"].shape == (2, 300)
    assert back.metadata == ours.metadata


@pytest.mark.parametrize("junk", [b"\xff" * 20, b"\x0a\xff\x01", b"\x0b", b"\x08\x01" * 3 + b"\x0a", b"\x0a\x02\x12"])
def test_bytes_that_are_no_example_are_refused(junk):
    with pytest.raises(ValueError, match="not an audio example"):
        protobuf.decode(junk)


def test_chunks_of_the_release(tmp_path, example_type):
    rows = np.random.default_rng(0).integers(-32768, 32768, (5, 2, 2 * N)).astype(np.int16)
    folder = release_dataset(
        tmp_path / "set",
        [release_example(example_type, r, 48000) for r in rows],
        {"channels": 2, "lazy": "false", "n_seconds": 0.1, "sr": 48000},
    )
    store = open_dataset(folder)
    assert (len(store), store.channels, store.sampling_rate, store.lazy) == (5, 2, 48000, False)
    for i in range(5):
        assert store.length(i) == 2 * N
        np.testing.assert_array_equal(store.read(i, 0, 2 * N), (rows[i] * np.float32(1 / 32767)).astype(np.float32))
    np.testing.assert_array_equal(store.read(3, 2 * N - 10, 20)[:, 10:], 0)
    # A mono model gets the first channel, not both in turn.
    crop = Crops(store, 2 * N, channels=1).validation(2)
    np.testing.assert_array_equal(crop[0], store.read(2, 0, 2 * N)[0])
    # Here, in another instance, and in a forked process.
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(store)).read(1, 0, 9), store.read(1, 0, 9))
    with multiprocessing.get_context("fork").Pool(1) as pool:
        np.testing.assert_array_equal(pool.apply(store.read, (1, 0, 9)), store.read(1, 0, 9))


def test_old_metadata_is_completed(tmp_path, example_type, caplog):
    rows = np.ones((2, 2 * N), np.int16)
    chunks = [release_example(example_type, rows, 48000)] * 3
    old = open_dataset(release_dataset(tmp_path / "no sr", chunks, {"channels": 2, "lazy": "false"}))
    assert (old.channels, old.sampling_rate) == (2, 48000)
    crashed = open_dataset(release_dataset(tmp_path / "crashed", chunks, None))  # written only at the very end
    assert (len(crashed), crashed.channels, crashed.sampling_rate, crashed.lazy) == (3, 2, 48000, False)
    bare = release_example(example_type, rows[:1])
    bare.buffers["waveform"].ClearField("shape")
    bare.buffers["waveform"].ClearField("sampling_rate")
    oldest = open_dataset(release_dataset(tmp_path / "oldest", [bare], {"lazy": "false"}))
    assert (oldest.channels, oldest.sampling_rate) == (1, 44100)
    assert "read as mono" in caplog.text


def test_lazy_dataset_of_the_release(tmp_path, example_type):
    path = write(tmp_path / "x.wav", sound(1.0, channels=2))
    example = example_type()
    example.metadata.update({"path": str(path), "length": "1.0", "channels": "2"})
    folder = release_dataset(
        tmp_path / "set", [example], {"channels": 2, "lazy": "true", "n_seconds": 1.0, "sr": 44100}
    )
    store = open_dataset(folder, n_signal=10**6)
    assert (len(store), store.length(0), store.lazy) == (1, 44100, True)
    np.testing.assert_allclose(store.read(0, 1000, 500), sound(1.0, channels=2)[:, 1000:1500], atol=1e-4)


def test_a_damaged_entry_is_named(tmp_path, example_type):
    folder = release_dataset(tmp_path / "set", [release_example(example_type, np.ones((1, 8), np.int16))] * 2, None)
    env = lmdb.open(str(folder))
    with env.begin(write=True) as transaction:
        transaction.put(b"00000001", b"\xff" * 30)
    env.close()
    with pytest.raises(ValueError, match=r"Entry 1 of .* is damaged"):
        open_dataset(folder).read(1, 0, 4)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("seconds", [0.01, 2 * N / 44100, 0.2])
def test_what_we_write_the_release_reads(tmp_path, example_type, channels, seconds):
    x = sound(seconds, channels=channels)
    path = write(tmp_path / "x.wav", x)
    wanted = np.rint(x * 32767)
    metadata = Metadata(channels, False, 44100, format="lmdb", num_signal=N)
    preprocess([path], tmp_path / "set", metadata)
    found = entries(tmp_path / "set")
    assert list(found) == [f"{i:08d}" for i in range(len(found))]
    chunks = []
    for value in found.values():
        buffer = example_type.FromString(value).buffers["waveform"]
        assert (list(buffer.shape), buffer.sampling_rate, buffer.precision) == ([channels, 2 * N], 44100, 3)
        # As the release does: flat to rows of channels.
        chunks.append(np.frombuffer(buffer.data, np.int16).reshape(channels, -1))
        assert chunks[-1].shape[1] == 2 * N
    total = x.shape[1]
    got = np.concatenate(chunks, axis=1)
    if total > 2 * N:  # the last one reaches back, so that it is full
        got = np.concatenate([*chunks[:-1], chunks[-1][:, -(total - 2 * N * (len(chunks) - 1)) :]], axis=1)
    np.testing.assert_allclose(got[:, :total], wanted, atol=1)
    assert not got[:, total:].any()
    assert "n_seconds: " + repr(total / 44100) in (tmp_path / "set" / "metadata.yaml").read_text()


def test_lazy_entries_say_what_the_file_has(tmp_path, example_type):
    path = write(tmp_path / "x.wav", sound(0.5, 48000, 2), 48000)
    preprocess([path], tmp_path / "set", Metadata(1, True, 44100, format="lmdb", num_signal=N))
    (value,) = entries(tmp_path / "set").values()
    described = dict(example_type.FromString(value).metadata)
    assert described == {"path": str(path), "length": "0.5", "channels": "2"}
    store = open_dataset(tmp_path / "set", n_signal=10**6)
    assert (store.length(0), store.channels, store.lazy) == (22050, 1, True)


def test_a_full_map_grows(tmp_path, monkeypatch):
    monkeypatch.setattr(lmdb_dataset, "_MAP", 1 << 16)
    monkeypatch.setattr(lmdb_dataset, "_BATCH", 1 << 15)
    paths = [write(tmp_path / f"{i}.wav", sound(1.0, seed=i)) for i in range(4)]
    preprocess(paths, tmp_path / "set", Metadata(1, False, 44100, format="lmdb", num_signal=N))
    store = open_dataset(tmp_path / "set")
    assert len(store) == 4 * 23
    np.testing.assert_allclose(store.read(23, 0, 2 * N), sound(1.0, seed=1)[:, : 2 * N], atol=1e-4)


def test_a_full_disk_is_a_sentence(tmp_path, monkeypatch):
    import lmdb

    def full(self):
        raise lmdb.DiskError("No space left on device")

    path = write(tmp_path / "x.wav", sound(0.5))
    opened = lmdb.open
    monkeypatch.setattr(lmdb_dataset, "_BATCH", 1)

    class Full:
        def __init__(self, *args, **kwargs):
            self.env, self.begun = opened(*args, **kwargs), 0

        def __getattr__(self, name):
            return getattr(self.env, name)

        def begin(self, **kwargs):
            self.begun += 1  # the first looks for what a killed writer left
            return self.env.begin(**kwargs) if self.begun == 1 else full(self)

    monkeypatch.setattr(lmdb, "open", Full)
    with pytest.raises(DatasetError, match=r"set' cannot be written to .*No space left"):
        preprocess([path], tmp_path / "set", Metadata(1, False, 44100, format="lmdb", num_signal=N))


def test_an_interrupted_lmdb_goes_on(tmp_path):
    """Entries that no line of the index speaks of were being written when the writer was killed."""
    paths = [write(tmp_path / f"{i}.wav", sound(0.5, seed=i)) for i in range(4)]
    metadata = Metadata(1, False, 44100, format="lmdb", num_signal=N)
    preprocess(paths, tmp_path / "whole", metadata)
    folder = tmp_path / "set"
    preprocess(paths[:3], folder, metadata)
    lines = (folder / "index.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "index.jsonl").write_bytes(b"".join(lines[:2]) + lines[2][:9])
    preprocess(paths, folder, metadata)
    assert entries(folder) == entries(tmp_path / "whole")
    assert (folder / "index.jsonl").read_bytes() == (tmp_path / "whole" / "index.jsonl").read_bytes()
