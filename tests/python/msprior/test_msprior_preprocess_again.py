"""`msprior preprocess` goes on where it was, and what goes wrong."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from msprior_preprocessing import call, content, one_by_one, sound, write
from msprior_raves import RATE, released_rave, tiny_rave

from nn_tilde.audio.metadata import DatasetError
from nn_tilde.audio.workers import do_work
from nn_tilde.msprior import preprocess
from nn_tilde.msprior.cli import cli
from nn_tilde.msprior.data.decoding import Job, decode_file
from nn_tilde.msprior.data.latents import open_latents
from nn_tilde.msprior.data.metadata import read_index

PROGRAM = [sys.executable, "-c", "from nn_tilde.msprior.cli import main; main()"]


@pytest.fixture
def here(monkeypatch):
    """No other processes, where those are not what is tested."""
    monkeypatch.setattr(preprocess, "run_work", one_by_one)


# Going on.


def test_new_files_are_added_and_old_ones_not_done_again(here, tmp_path):
    rave, audio, out = tiny_rave(tmp_path, "continuous"), tmp_path / "audio", tmp_path / "db"
    write(audio / "b.wav", sound(1, seed=1))
    call("--rave", rave, "--audio", audio, "--out_path", out)
    before = (out / "tokens.i16").read_bytes()
    write(audio / "a.wav", sound(1, seed=2))
    write(audio / "b.wav", sound(2, seed=3))
    said = call("--rave", rave, "--audio", audio, "--out_path", out)
    assert "1 file changed since added and not read again." in said
    assert "2 recordings" in said
    assert (out / "tokens.i16").read_bytes()[: len(before)] == before
    assert [Path(each.path).name for each in read_index(out)] == ["b.wav", "a.wav"]


def test_killed_and_called_again_it_is_as_if_nothing_had_happened(tmp_path, monkeypatch):
    rave, audio, killed = tiny_rave(tmp_path, "continuous"), tmp_path / "audio", tmp_path / "killed"
    for i in range(12):
        write(audio / f"{i:02}.wav", sound(6 + i % 3, seed=i))
    words = ["--rave", rave, "--audio", audio, "--num_secs", 1]
    line = [*PROGRAM, "preprocess", "--noprogress", "--gpu", "-1", *map(str, [*words, "--out_path", killed])]
    work = subprocess.Popen(line, env=os.environ | {"OMP_NUM_THREADS": "1"})
    deadline = time.monotonic() + 120
    while work.poll() is None and time.monotonic() < deadline and not read_index(killed):
        time.sleep(0.005)
    work.kill()
    work.wait(60)
    assert read_index(killed)
    for name, rest in (("index.jsonl", b'{"path": "/torn'), ("tokens.i16", b"rest")):
        (killed / name).write_bytes((killed / name).read_bytes() + rest)
    monkeypatch.setattr(preprocess, "run_work", one_by_one)
    call(*words, "--out_path", killed)
    call(*words, "--out_path", tmp_path / "whole")
    found = content(killed)
    assert found == content(tmp_path / "whole")
    assert set(found) == {"continuous.ts", "index.jsonl", "metadata.yaml", "tokens.i16"}


def test_the_result_does_not_depend_on_the_number_of_processes(here, tmp_path, monkeypatch):
    rave, audio = released_rave(tmp_path), tmp_path / "audio"
    for i in range(4):
        write(audio / f"{i}.wav", sound(1 + i, seed=i))
    call("--rave", rave, "--audio", audio, "--out_path", tmp_path / "one")

    def backwards(work, jobs, processes):
        for number, job in reversed([*enumerate(jobs)]):
            yield do_work(work, job, number, lambda fraction, seconds: None)

    monkeypatch.setattr(preprocess, "run_work", backwards)
    call("--rave", rave, "--audio", audio, "--out_path", tmp_path / "two")
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_what_was_made_meanwhile_is_not_mixed_with(here, tmp_path):
    files = [write(tmp_path / "audio" / "a.wav", sound(1))]
    rave = tiny_rave(tmp_path, "plain")
    first, second = (
        preprocess.Preprocessing(files, tmp_path / "db", preprocess.Options(rave, resolution=levels))
        for levels in (16, 32)
    )
    first.run()
    with pytest.raises(DatasetError, match="whose num_tokens is 16, not 32"):
        second.run()
    assert open_latents(tmp_path / "db").about.num_tokens == 16


# What goes wrong.


def test_files_that_cannot_be_read_are_named_and_left_out(here, tmp_path):
    write(tmp_path / "audio" / "good.wav", sound(1))
    (tmp_path / "audio" / "bad.wav").write_text("no sound")
    (tmp_path / "audio" / "empty.flac").touch()
    words = ["--rave", released_rave(tmp_path), "--audio", tmp_path / "audio", "--out_path", tmp_path / "db"]
    said = call(*words)
    assert f"skipped '{tmp_path / 'audio' / 'empty.flac'}': it is empty" in said
    assert "bad.wav': it cannot be read" in said
    assert "1 recording," in said
    assert said.splitlines()[-1] == "2 files could not be read, and skipped"
    (tmp_path / "audio" / "good.wav").unlink()
    said = call(*words[:-1], tmp_path / "other", code=1)
    assert "None of the 2 files can be read; the first, " in said
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--rave", "{none}.ts"], "There is no file '{none}.ts'."),
        (["--rave", "{audio}/a.wav"], "is no TorchScript file (.ts)."),
        (["--audio", "{none}"], "there is no such file or folder"),
        (["--audio", "{empty}"], "There is no audio file in '{empty}'"),
        (["--out_path", "{audio}/a.wav"], "is a file, not a folder."),
        (["--gpu", "99"], "There is no GPU 99; this machine has"),
        (["--preprocessor", "nonsense"], "nonsense"),
        (["--resolution", "1"], "1 is not in the range"),
        (["--overlap", "1"], "1.0 is not in the range"),
        (["--overlap", "nan"], "Pieces of 16.0 seconds cannot overlap by nan."),
        (["--num_secs", "nan"], "Pieces of nan seconds cannot overlap by 0.25."),
        (["--num_secs", "-1"], "-1.0 is not in the range"),
        (["--batch_size", "0"], "0 is not in the range"),
    ],
)
def test_options_are_refused_in_one_sentence(tmp_path, words, sentence):
    names = {"none": tmp_path / "none", "audio": tmp_path / "audio", "empty": tmp_path / "empty"}
    write(tmp_path / "audio" / "a.wav", sound(1))
    (tmp_path / "empty").mkdir()
    all_words = {"--rave": released_rave(tmp_path), "--audio": tmp_path / "audio", "--out_path": tmp_path / "db"}
    all_words |= {words[0]: words[1].format(**names)}
    line = ["preprocess", *(str(word) for pair in all_words.items() for word in pair)]
    done = CliRunner().invoke(cli, line)
    said = f"{done.output} {done.exception}"  # the program says OSErrors itself
    assert done.exit_code != 0
    assert sentence.format(**names) in said
    assert not (tmp_path / "db").exists()


def test_another_rave_or_other_settings_are_refused(here, tmp_path):
    write(tmp_path / "audio" / "a.wav", sound(1))
    words = ["--audio", tmp_path / "audio", "--out_path", tmp_path / "db", "--rave"]
    call(*words, released_rave(tmp_path))
    assert "made with another RAVE, 'released.ts'" in call(*words, tiny_rave(tmp_path, "discrete"), code=1)
    rave = tmp_path / "released.ts"
    for flags, sentence in (
        (["--normalize"], "whose normalize is False, not True; choose another output path."),
        (["--num_secs", 2], "whose num_secs is 16.0, not 2.0"),
        (["--preprocessor", "loudness"], "whose descriptors is none, not loudness"),
    ):
        assert sentence in call(*words, rave, *flags, code=1)
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "data.mdb").touch()
    said = call("--audio", tmp_path / "audio", "--out_path", tmp_path / "foreign", "--rave", rave, code=1)
    assert "another program made" in said


def test_a_dataset_in_use_is_refused(here, tmp_path):
    write(tmp_path / "audio" / "a.wav", sound(1))
    with preprocess.alone(tmp_path / "db", "msprior preprocess"):
        said = call(
            *("--rave", released_rave(tmp_path), "--audio", tmp_path / "audio", "--out_path", tmp_path / "db"), code=1
        )
    assert f"Another msprior preprocess is writing to '{tmp_path / 'db'}'." in said


def test_more_codes_than_can_be_stored_are_refused(here, tmp_path):
    write(tmp_path / "audio" / "a.wav", sound(1))
    words = ["--audio", tmp_path / "audio", "--rave"]
    call(*words, released_rave(tmp_path, "most.ts", codes=1 << 15), "--out_path", tmp_path / "most")
    tokens = open_latents(tmp_path / "most").tokens(0, 0, 60)
    assert 10_000 < tokens.max() < 1 << 15
    assert tokens.min() >= 0
    rave = released_rave(tmp_path, "more.ts", codes=40_000)
    assert "has 40000 codes; at most 32768 can be stored." in call(*words, rave, "--out_path", tmp_path / "db", code=1)


def test_names_of_any_bytes(here, tmp_path):
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/[red] caf\xe9 '%s'")
    try:
        os.makedirs(f"{odd}/audio")
        shutil.copy(write(tmp_path / "a.wav", sound(1)), f"{odd}/audio/a.wav")
    except OSError:
        pytest.skip("this disk has UTF-8 names only")
    words = ["--rave", released_rave(tmp_path), "--audio", f"{odd}/audio", "--out_path", f"{odd}/db"]
    call(*words)
    assert "1 recording," in call(*words)
    done = CliRunner().invoke(cli, ["compact", "--db", f"{odd}/db"])
    assert done.exit_code == 0, repr(done.exception)
    assert open_latents(f"{odd}/db_compact").lengths.tolist() == [63]


def test_a_disk_that_takes_a_part_only_is_full(tmp_path):
    resource = pytest.importorskip("resource")
    path = write(tmp_path / "a.wav", sound(4))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))  # of 128 000
    try:
        with pytest.raises(DatasetError, match=r"' cannot be written to \(.*\)\.$"):
            decode_file(Job(str(path), str(tmp_path / "part"), 1, RATE), lambda fraction, seconds: None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [found.name for found in tmp_path.iterdir()] == ["a.wav"]
