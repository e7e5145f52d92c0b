"""Other coordinates of the latent space, there and back: principal and independent components, spherical ones.

Fitted on latents of the validation set, kept in buffers, so they travel with checkpoints and exports.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

KINDS = ("none", "PCA", "ICA", "spherical")
_MOST = 50_000  # latents that independent components are sought in
_THIN = 1e-6  # variance below this share of the largest is noise, not a direction to stretch


class LatentSpaces(nn.Module):
    """`project(z, kind)` and `restore(w, kind)`, both [..., D] → [..., D], inverse to each other. For TorchScript.

    kind: of KINDS. Before a fit, PCA and ICA change nothing. PCA is a rotation about the mean, the largest variance
    first; ICA has components of variance 1. spherical: radius, then D − 1 angles in radians.
    """

    def __init__(self, latent: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(latent))
        for name in ("pca", "ica", "ica_inverse"):  # w = (z − mean) · matrix
            self.register_buffer(name, torch.eye(latent))

    @torch.jit.unused
    def fit(self, latents: Tensor, kinds: tuple[str, ...] | list[str] = ("PCA", "ICA")) -> None:
        """latents: [N, D]. The same ones always give the same coordinates. Raises ValueError, one sentence."""
        if latents.ndim != 2 or latents.shape[1] != len(self.mean):
            raise ValueError(f"Latents must be [N, {len(self.mean)}], not {list(latents.shape)}.")
        if not len(latents) or not torch.isfinite(latents).all():
            raise ValueError("There are no latents to analyse." if not len(latents) else "Some latents are not finite.")
        z = latents.detach().to("cpu", torch.float64)
        mean = z.mean(0)
        z = z - mean
        variances, directions = principal(z)
        self.mean.copy_(mean)
        if "PCA" in kinds:
            self.pca.copy_(directions)
        if "ICA" in kinds:
            scale = variances.clamp(min=max(float(variances[0]) * _THIN, 1e-12)).sqrt()
            rotation = independent(z[:: -(-len(z) // _MOST)] @ directions / scale)
            inverse = rotation.T @ (scale[:, None] * directions.T)
            order = inverse.norm(dim=1).argsort(descending=True)  # what moves the latents most comes first
            rotation, inverse = rotation[:, order], inverse[order]
            sign = _signs(inverse)
            self.ica.copy_(directions / scale @ rotation * sign)
            self.ica_inverse.copy_(inverse * sign[:, None])

    def forward(self, z: Tensor, kind: str) -> Tensor:
        return self.project(z, kind)

    @torch.jit.export
    def project(self, z: Tensor, kind: str) -> Tensor:
        if kind == "PCA":
            return torch.matmul(z - self.mean, self.pca)
        if kind == "ICA":
            return torch.matmul(z - self.mean, self.ica)
        if kind == "spherical":
            return to_spherical(z)
        return z

    @torch.jit.export
    def restore(self, w: Tensor, kind: str) -> Tensor:
        if kind == "PCA":
            return torch.matmul(w, self.pca.t()) + self.mean
        if kind == "ICA":
            return torch.matmul(w, self.ica_inverse) + self.mean
        if kind == "spherical":
            return from_spherical(w)
        return w


def principal(z: Tensor) -> tuple[Tensor, Tensor]:
    """Centred [N, D] → variances [D], falling, and directions [D, D], one a column, their largest element positive."""
    variances, vectors = torch.linalg.eigh(z.T @ z / len(z))
    directions = vectors.flip(1)
    return variances.flip(0).clamp(min=0), directions * _signs(directions.T)


def _signs(rows: Tensor) -> Tensor:
    """Of the largest element of each row, 1 where it is 0."""
    sign = rows.gather(1, rows.abs().argmax(1, keepdim=True))[:, 0].sign()
    return torch.where(sign == 0, 1.0, sign)


def independent(white: Tensor, rounds: int = 200, tolerance: float = 1e-6) -> Tensor:
    """White [N, D] → the rotation [D, D] after which its columns are least Gaussian.

    FastICA, symmetric, with tanh (Hyvärinen 1999). Without convergence, which Gaussian latents prevent, the last one.
    """
    size = white.shape[1]
    start = torch.randn(size, size, dtype=white.dtype, generator=torch.Generator().manual_seed(0))
    rotation = _orthogonal(start)
    for _ in range(rounds):
        g = torch.tanh(white @ rotation)
        new = _orthogonal(white.T @ g / len(white) - rotation * (1 - g.square()).mean(0))
        change = (1 - (new * rotation).sum(0).abs()).abs().max()
        rotation = new
        if change < tolerance:
            break
    return rotation


def _orthogonal(matrix: Tensor) -> Tensor:
    """The nearest orthogonal matrix."""
    u, _, v = torch.linalg.svd(matrix)
    return u @ v


def to_spherical(z: Tensor) -> Tensor:
    """[..., D] → radius, angles 0 … π, the last −π … π. Of one latent: itself."""
    size = z.size(-1)
    if size < 2:
        return z
    # Norms of z[i:], from the end.
    rest = z.square().flip(-1).cumsum(-1).flip(-1).sqrt()
    angles = torch.atan2(rest[..., 1 : size - 1], z[..., : size - 2])
    last = torch.atan2(z[..., size - 1 :], z[..., size - 2 : size - 1])
    return torch.cat([rest[..., :1], angles, last], -1)


def from_spherical(w: Tensor) -> Tensor:
    size = w.size(-1)
    if size < 2:
        return w
    sines = torch.sin(w[..., 1:]).cumprod(-1) * w[..., :1]
    before = torch.cat([w[..., :1], sines[..., : size - 2]], -1)
    return torch.cat([before * torch.cos(w[..., 1:]), sines[..., size - 2 :]], -1)
