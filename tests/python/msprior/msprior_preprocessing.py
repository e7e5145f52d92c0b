"""Sounds, and `msprior preprocess` in this process."""

import numpy as np
import soundfile
from click.testing import CliRunner
from msprior_raves import RATE

from nn_tilde.audio.workers import do_work
from nn_tilde.msprior.cli import cli


def sound(seconds, channels=1, seed=0, level=0.5):
    random = np.random.default_rng(seed)
    samples = round(seconds * RATE)
    envelope = np.interp(np.arange(samples), np.linspace(0, samples, 20), random.uniform(0, 1, 20))
    return (level * envelope * random.uniform(-1, 1, (channels, samples))).astype(np.float32)


def write(path, x, rate=RATE):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, x.T, rate, subtype="FLOAT")
    return path


def one_by_one(work, jobs, processes):
    for number, job in enumerate(jobs):
        yield do_work(work, job, number, lambda fraction, seconds: None)


def call(*words, code=0):
    done = CliRunner().invoke(cli, ["preprocess", "--noprogress", "--gpu", "-1", *(str(word) for word in words)])
    assert done.exit_code == code, f"{done.exit_code}: {done.output} {done.exception!r}"
    return done.output


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
