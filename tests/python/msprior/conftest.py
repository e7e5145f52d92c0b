"""Datasets of a toy, and trainings on them (msprior_toy.py)."""

import pytest
import torch
from msprior_toy import Trainer, dataset


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return dataset(tmp_path_factory.mktemp("latents") / "d")


@pytest.fixture(scope="module")
def steered(tmp_path_factory):
    return dataset(tmp_path_factory.mktemp("latents") / "d", semantic=True)


@pytest.fixture
def train(data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield Trainer(data)
    torch.set_num_threads(before)
