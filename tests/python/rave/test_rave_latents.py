"""Streaming principal components against an ordinary singular value decomposition."""

import pytest
import torch

from nn_tilde.rave.latents import LatentStatistics, frame_loudness, latent_size_for


def frames(count, size=6, seed=0):
    torch.manual_seed(seed)
    return torch.randn(count, size) @ torch.diag(torch.tensor([5.0, 0.1, 2.0, 1.0, 0.5, 3.0])[:size]) + 100


def analyse(z, batches, loudness=None):
    statistics = LatentStatistics(z.shape[1])
    levels = [None] * batches if loudness is None else loudness.chunk(batches)
    for part, level in zip(z.chunk(batches), levels, strict=True):
        statistics.update(part.T[None], None if level is None else level[None])
    return statistics.components()


@pytest.mark.parametrize("batches", [1, 7, 300])
def test_equals_singular_values(batches):
    z = frames(300)
    mean, directions, fidelity = analyse(z, batches)
    centred = (z - z.mean(0)).double()
    _, values, vectors = torch.linalg.svd(centred, full_matrices=False)
    torch.testing.assert_close(mean, z.mean(0))
    torch.testing.assert_close(fidelity, ((values**2).cumsum(0) / (values**2).sum()).float())
    torch.testing.assert_close((directions.double() * vectors).sum(1).abs(), torch.ones(6).double(), rtol=0, atol=1e-5)
    torch.testing.assert_close(directions @ directions.T, torch.eye(6), rtol=0, atol=1e-5)


def test_several_processes():
    z = frames(100)
    parts = [LatentStatistics(6), LatentStatistics(6), LatentStatistics(6)]
    parts[0].update(z[:30].T[None])
    parts[1].update(z[30:].T[None])
    packed = []
    for part in parts:
        part.sum(lambda tensor: packed.append(tensor) or tensor)
    parts[2].sum(lambda tensor: sum(packed))
    for got, wanted in zip(parts[2].components(), analyse(z, 1), strict=True):
        torch.testing.assert_close(got, wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("count", [1, 3])
def test_fewer_frames_than_dimensions(count):
    mean, directions, fidelity = analyse(frames(count), 1)
    torch.testing.assert_close(mean, frames(count).mean(0))
    torch.testing.assert_close(directions @ directions.T, torch.eye(6), rtol=0, atol=1e-5)
    assert fidelity[-1] == 1
    assert (fidelity.diff() >= 0).all()


def test_no_frames():
    statistics = LatentStatistics(4)
    statistics.update(torch.zeros(2, 4, 0))
    with pytest.raises(ValueError, match="no latent frames"):
        statistics.components()


@pytest.mark.parametrize("sign", [1, -1])
def test_grows_with_loudness(sign):
    z = frames(500)
    _, directions, _ = analyse(z, 3, loudness=sign * z[:, 0])
    assert sign * directions[0, 0] > 0.9


def test_sign_without_loudness():
    for z in (frames(500), -frames(500)):
        _, directions, _ = analyse(z, 2)
        assert (directions.gather(1, directions.abs().argmax(1, keepdim=True)) > 0).all()


def test_size_for_a_fidelity():
    """Five components where five are needed: neither four nor eight."""
    fidelity = torch.tensor([0.5, 0.7, 0.8, 0.9, 0.96, 1.0])
    assert [latent_size_for(fidelity, share) for share in (0.1, 0.5, 0.95, 0.97, 1.0, 2.0)] == [1, 1, 5, 6, 6, 6]


def test_loudness_of_frames():
    x = torch.cat([torch.ones(1, 2, 512), torch.zeros(1, 2, 512), 0.1 * torch.ones(1, 2, 512)], -1)
    torch.testing.assert_close(frame_loudness(x, 3), torch.tensor([[0.0, -120.0, -20.0]]), rtol=0, atol=1e-4)
