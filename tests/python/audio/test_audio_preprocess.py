"""`rave preprocess` as users type it: what it makes, refuses, says, and how it goes on after having been killed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import work_for_tests
from audio_files import content, shell, sound, write

from nn_tilde.audio.dataset import open_dataset
from nn_tilde.audio.preprocess import preprocess
from nn_tilde.audio.workers import Failed, Finished, Progress, run_work

RAVE = str(Path(sys.executable).with_name("rave"))


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("audio") / "my sounds"
    write(folder / "one.wav", sound(1.0))
    write(folder / "deep" / "er" / "TWO.FLAC", sound(0.5, 48000, 2), 48000)
    write(folder / "short.mp3", sound(0.05, seed=3))
    write(folder / "film.mp4", sound(0.5, seed=4))
    (folder / "notes.txt").write_text("no sound")
    return folder


def ok(line):
    run = shell(line)
    assert run.returncode == 0, run.stderr
    return run


def refused(line):
    """The one sentence it ends with."""
    run = shell(line)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "Traceback" not in run.stderr
    return run.stderr


@pytest.mark.parametrize("lazy", ["", "--lazy"])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_command_of_the_readme(sounds, tmp_path, lazy, channels):
    """rave preprocess --input_path /audio/folder --output_path /dataset/path --channels X (--lazy)"""
    out = tmp_path / "dataset" / "path"
    run = ok(f"rave preprocess --input_path '{sounds}' --output_path {out} --channels {channels} {lazy}")
    assert "4 recordings" in run.stdout
    assert "dataset length 0:00:02" in run.stdout
    store = open_dataset(out)
    assert (store.channels, store.sampling_rate, store.lazy) == (channels, 44100, bool(lazy))
    assert store.seconds == pytest.approx(2.05, abs=0.15)
    assert sorted(path.name for path in out.iterdir()) == sorted(
        ["index.jsonl", "metadata.yaml"] + ([] if lazy else ["audio.pcm"])
    )
    lengths = [store.length(i) for i in range(len(store))]
    np.testing.assert_allclose(store.read(lengths.index(44100), 0, 44100)[0], sound(1.0)[0], atol=1e-4)


def test_the_faq_is_not_needed_but_obeyed(sounds, tmp_path):
    """`--num_signal XXX`: short files are kept without it, items are shorter with it."""
    ok(f"rave preprocess --input_path '{sounds}' --output_path {tmp_path}/set --num_signal 2048")
    store = open_dataset(tmp_path / "set")
    assert len(store) > 20
    assert max(store.length(i) for i in range(len(store))) < 4 / 3 * 4096 + 2


def test_every_flag_in_the_spellings_of_scripts(sounds, tmp_path):
    ok(
        f"rave preprocess -input_path='{sounds}/deep' --input_path '{sounds}/one.wav' --output_path={tmp_path}/set "
        "--num_signal=4096 --channels=3 --sampling_rate 16000 --max_db_size 10 --ext wav --ext .flac --lazy=true "
        "--nodyndb --workers 1"
    )
    store = open_dataset(tmp_path / "set")
    assert (store.channels, store.sampling_rate, store.lazy) == (3, 16000, True)
    assert store.seconds == pytest.approx(1.5, abs=1e-3)
    rows = store.read(0, 1000, 3000)
    np.testing.assert_array_equal(rows[2], rows[0])
    ok(f"rave preprocess --input_path '{sounds}' --output_path {tmp_path}/plain --lazy false --dyndb=false")
    assert not open_dataset(tmp_path / "plain").lazy


def test_only_the_extensions_asked_for(sounds, tmp_path):
    ok(f"rave preprocess --input_path '{sounds}' --output_path {tmp_path}/set --ext mp3 --ext FLAC")
    assert "one.wav" not in (tmp_path / "set" / "index.jsonl").read_text()
    assert len(open_dataset(tmp_path / "set")) == 2


def test_the_format_of_the_release_and_a_relative_path(sounds, tmp_path):
    line = f"cd {tmp_path} && rave preprocess --input_path '{sounds}' --output_path set --format lmdb --num_signal 4096"
    ok(line)
    store = open_dataset(tmp_path / "set")
    assert type(store).__name__ == "Chunks"
    assert {store.length(i) for i in range(len(store))} == {8192}
    ok(f"cd {tmp_path} && rave preprocess --input_path '{sounds}' --output_path lazy --format lmdb --lazy")
    assert open_dataset(tmp_path / "lazy").lazy


def test_bad_files_are_named_counted_and_skipped(sounds, tmp_path):
    folder = tmp_path / "mixed"
    shutil.copytree(sounds, folder)
    for name in ("broken.wav", "broken.m4a"):
        (folder / name).write_bytes(b"noise" * 100)
    (folder / "empty.ogg").touch()
    for lazy in ("", "--lazy"):
        run = ok(f"rave preprocess --input_path {folder} --output_path {tmp_path}/set{lazy} {lazy}")
        for name in ("broken.wav' : it cannot", "broken.m4a' : it cannot", "empty.ogg' : it is empty"):
            assert name.replace("' :", "':") in run.stderr
        assert "3 of the files could not be read" in run.stderr
        assert "4 recordings" in run.stdout


def test_nothing_valid_is_an_error_that_leaves_nothing(tmp_path):
    (tmp_path / "in").mkdir()
    nothing = refused(f"rave preprocess --input_path {tmp_path}/in --output_path {tmp_path}/set")
    assert "There is no audio file in" in nothing
    (tmp_path / "in" / "x.wav").write_bytes(b"junk")
    assert "x.wav', cannot be read" in refused(
        f"rave preprocess --input_path {tmp_path}/in --output_path {tmp_path}/set"
    )
    assert "no such file" in refused(f"rave preprocess --input_path {tmp_path}/no --output_path {tmp_path}/set")
    assert not (tmp_path / "set").exists()
    for unset in (f'--input_path "" --output_path {tmp_path}/set', f'--input_path {tmp_path}/in --output_path ""'):
        assert "cannot be empty" in refused(f"rave preprocess {unset}")
    for much in ("--channels 100000", "--sampling_rate 99999999999", "--channels 0"):
        line = f"rave preprocess --input_path {tmp_path}/in --output_path {tmp_path}/set {much}"
        assert shell(line).returncode == 2
    (tmp_path / "there").mkdir()
    refused(f"rave preprocess --input_path {tmp_path}/in --output_path {tmp_path}/there --format lmdb")
    assert not list((tmp_path / "there").iterdir())
    assert shell(f"rave preprocess --output_path {tmp_path}/set").returncode == 2
    assert shell(f"rave preprocess --input_path {tmp_path} --output_path {tmp_path}/set --chanels 2").returncode == 2


def test_another_dataset_is_not_written_over(sounds, tmp_path):
    base = f"rave preprocess --input_path '{sounds}' --output_path {tmp_path}/set"
    ok(base)
    before = content(tmp_path / "set")
    assert "channels is 1, not 2" in refused(base + " --channels 2")
    assert "sr is 44100, not 48000" in refused(base + " --sampling_rate 48000")
    assert "format is store, not lmdb" in refused(base + " --format lmdb")
    ok(base)
    assert content(tmp_path / "set") == before
    (tmp_path / "release").mkdir()
    (tmp_path / "release" / "data.mdb").touch()
    assert "another program" in refused(f"rave preprocess --input_path '{sounds}' --output_path {tmp_path}/release")
    assert "is a file" in refused(f"rave preprocess --input_path '{sounds}' --output_path '{sounds}/one.wav'")


def test_help_is_quick_and_complete():
    run = ok("rave preprocess --help")
    for flag in ("num_signal", "max_db_size", "dyndb", "ext", "lazy", "cluster", "format", "sampling_rate"):
        assert f"--{flag}" in run.stdout
    code = "import sys, nn_tilde.rave.cli.preprocess, nn_tilde.rave.cli.remote_dataset; print('torch' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


@pytest.mark.parametrize("form", ["store", "lmdb"])
def test_killed_and_started_again_it_equals_an_uninterrupted_run(tmp_path, form):
    """Killed as soon as the disk shows that some files, and not all, are done."""
    count = 24
    while True:
        for i in range(count):
            path = tmp_path / "in" / f"{i:03}.flac"
            if not path.exists():
                write(path, sound(4.0, 48000, seed=i), 48000)
        command = [RAVE, "preprocess", "--input_path", tmp_path / "in", "--num_signal", "4096", "--format", form]
        out = tmp_path / f"set{count}"
        done = _kill_in_the_middle([*command, "--output_path", out, "--workers", "2"], out / "index.jsonl")
        if 0 < done < count:
            break
        count *= 2  # it was faster than we
    assert "complete: false" in (out / "metadata.yaml").read_text()
    kept = (out / "index.jsonl").read_bytes()
    subprocess.run([*command, "--output_path", out], check=True, capture_output=True, timeout=120)
    subprocess.run([*command, "--output_path", tmp_path / "whole"], check=True, capture_output=True, timeout=120)
    assert (out / "index.jsonl").read_bytes().startswith(kept[: kept.rfind(b"\n") + 1])  # and none was done twice
    resumed, whole = content(out), content(tmp_path / "whole")
    assert set(resumed) == set(whole)
    for name in ("audio.pcm", "index.jsonl", "metadata.yaml"):
        assert resumed.get(name) == whole.get(name), name
    a, b = open_dataset(out), open_dataset(tmp_path / "whole")
    assert len(a) == len(b)
    for item in range(0, len(a), 7):
        np.testing.assert_array_equal(a.read(item, 0, 8192), b.read(item, 0, 8192))


def _kill_in_the_middle(command, index):
    """Lines of the index after a SIGKILL that came when there were some. No worker outlives its parent."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not (index.exists() and index.stat().st_size):
        time.sleep(0.002)
    workers = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _parent(pid) == process.pid]
    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 60
    while any(_parent(pid) is not None and _state(pid) != "Z" for pid in workers):
        assert time.monotonic() < deadline, "workers are still there"
        time.sleep(0.01)
    return index.read_bytes().count(b"\n") if index.exists() else 0


def _stat(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _parent(pid):
    stat = _stat(pid)
    return int(stat[1]) if stat else None


def _state(pid):
    stat = _stat(pid)
    return stat[0] if stat else "Z"


def test_what_was_interrupted_before_its_first_file_binds_nobody(sounds, tmp_path):
    """Other settings are fine then, and nothing made with the old ones is used."""
    from nn_tilde.audio.metadata import Metadata

    out = tmp_path / "set"
    stopped = Stopping()
    with pytest.raises(KeyboardInterrupt):
        preprocess([sounds / "one.wav"], out, Metadata(1, False, 44100, format="lmdb"), watch=stopped)
    assert (out / "metadata.yaml").exists()
    ok(f"rave preprocess --input_path '{sounds}/one.wav' --output_path {out} --channels 2")
    ok(f"rave preprocess --input_path '{sounds}/one.wav' --output_path {tmp_path}/whole --channels 2")
    assert content(out) == content(tmp_path / "whole")


class Stopping:
    """A watcher that loses patience when a file is done."""

    def __call__(self, files, size, seconds):
        if files:
            raise KeyboardInterrupt


def test_two_at_once_do_not_mix(sounds, tmp_path):
    """The second is refused while the first holds the lock."""
    fcntl = pytest.importorskip("fcntl")
    (tmp_path / "set" / "parts").mkdir(parents=True)
    with open(tmp_path / "set" / "parts" / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        line = f"rave preprocess --input_path '{sounds}' --output_path {tmp_path}/set"
        assert "Another rave preprocess is writing" in refused(line)
    ok(line)


def test_progress_is_told_and_ends_at_everything(sounds, tmp_path):
    from nn_tilde.audio import find_audio
    from nn_tilde.audio.metadata import Metadata

    files = find_audio([sounds])
    told = []
    metadata = Metadata(1, False, 44100, format="store")
    preprocess(files, tmp_path / "set", metadata, watch=lambda *now: told.append(now))
    assert told[0] == (0, 0.0, 0.0)
    assert told[-1][:2] == (len(files), sum(file.stat().st_size for file in files))
    assert told[-1][2] == pytest.approx(2.05, abs=0.15)
    told.clear()
    preprocess(files, tmp_path / "set", metadata, watch=lambda *now: told.append(now))
    assert told[0][0] == len(files)


@pytest.mark.parametrize("processes", [1, 3])
def test_one_bad_job_costs_that_job_only(processes):
    """A file may even make its decoder crash."""
    jobs = [1, "die", 2, "bad", 3, "gone", "die", 4]
    events = list(run_work(work_for_tests.double, jobs, processes))
    assert {e.job: e.result for e in events if isinstance(e, Finished)} == {0: 2, 2: 4, 4: 6, 7: 8}
    failed = {e.job: e.reason for e in events if isinstance(e, Failed)}
    assert failed.keys() == {1, 3, 5, 6}
    assert "crash" in failed[1]
    assert failed[3] == "is bad"
    assert {e.job for e in events if isinstance(e, Progress)} == {0, 2, 4, 7}


def test_work_that_is_no_longer_wanted_ends():
    events = run_work(work_for_tests.double, [1, "wait", "wait"], 3)
    while not isinstance(next(events), Finished):
        pass
    events.close()  # hangs for a minute if it does not end them


def test_a_full_disk_is_not_the_fault_of_the_file(sounds, tmp_path, monkeypatch):
    from contextlib import contextmanager

    from nn_tilde.audio import job
    from nn_tilde.audio.metadata import DatasetError
    from nn_tilde.audio.workers import Stuck, do_work

    opened = open

    class Full:
        def write(self, data):
            raise OSError(28, "No space left on device")

    @contextmanager
    def full(path, mode="r", **kwargs):
        with opened(path, mode, **kwargs) as file:
            yield Full() if "w" in mode else file

    monkeypatch.setattr(job, "open", full, raising=False)
    wanted = job.Job(str(sounds / "one.wav"), str(tmp_path / "part"), 1, 44100)
    event = do_work(job.decode_file, wanted, 3, lambda fraction, seconds: None)
    assert isinstance(event, Stuck)
    assert "No space left" in event.sentence
    assert not list(tmp_path.iterdir())
    elsewhere = job.Job(str(sounds / "one.wav"), str(tmp_path / "not here" / "part"), 1, 44100)
    with pytest.raises(DatasetError, match="is not seen by the machine"):
        job.decode_file(elsewhere, lambda fraction, seconds: None)


def test_the_same_on_a_cluster(sounds, tmp_path):
    """Two workers of a Ray that is started here: the same bytes as without."""
    pytest.importorskip("ray")
    base = f"rave preprocess --input_path '{sounds}' --output_path {tmp_path}"
    run = ok(f"{base}/ray --cluster local --workers 2")
    assert "4 recordings" in run.stdout
    ok(f"{base}/plain")
    assert content(tmp_path / "ray") == content(tmp_path / "plain")


def test_a_cluster_that_is_not_there_is_a_sentence(sounds, tmp_path):
    pytest.importorskip("ray")
    for address in ("127.0.0.1:9", "ray://127.0.0.1:9"):
        said = refused(f"rave preprocess --input_path '{sounds}' --output_path {tmp_path}/set --cluster {address}")
        assert f"There is no Ray cluster at '{address}'" in said
    assert not (tmp_path / "set").exists()


def test_without_ray_the_cluster_is_a_sentence(sounds, tmp_path):
    (tmp_path / "hide" / "ray").mkdir(parents=True)
    (tmp_path / "hide" / "ray" / "__init__.py").write_text("raise ImportError('no ray')")
    line = f"rave preprocess --input_path '{sounds}' --output_path {tmp_path}/set --cluster local"
    said = refused(f"PYTHONPATH={tmp_path}/hide {line}")
    assert "--cluster needs Ray" in said
    assert not (tmp_path / "set").exists()
