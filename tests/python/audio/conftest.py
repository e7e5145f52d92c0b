"""Datasets made without other processes, where those are not what is tested."""

import pytest

from nn_tilde.audio import preprocess
from nn_tilde.audio.workers import do_work


@pytest.fixture
def in_this_process(monkeypatch):
    def run_work(work, jobs, processes):
        for number, job in enumerate(jobs):
            yield do_work(work, job, number, lambda fraction, seconds: None)

    monkeypatch.setattr(preprocess, "run_work", run_work)
