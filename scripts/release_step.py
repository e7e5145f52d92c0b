"""The training step of RAVE 2.3 as it is described, for comparison of speed and results.

What makes it slow is kept on purpose: the fake is not detached in the discriminator's steps, both kinds
of losses are computed in every step, gradients reach the recording and the discriminator in the
generator's steps, weights are normalised by hooks, each spectrum is a transform of its own,
periods are planes with convolutions in two dimensions, and the host waits for a value every step.
"""

from __future__ import annotations

import copy
import warnings

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nn_tilde.nn import conv
from nn_tilde.nn.discriminators import MultiPeriod
from nn_tilde.nn.discriminators.spectral import DescriptPeriod
from nn_tilde.nn.discriminators.wave import ConvNet
from nn_tilde.rave.losses import WEIGHTS, valid_crop
from nn_tilde.rave.network import RAVE
from nn_tilde.rave.update import beta


class _Padded(nn.Conv1d):
    pad: tuple[int, int]

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.pad(x, self.pad))


class _PeriodPlanes(MultiPeriod):
    def forward(self, x: Tensor) -> list[list[Tensor]]:
        planes = (F.pad(x, (0, -x.shape[-1] % p)).unflatten(-1, (-1, p)) for p in self.periods)
        return [layer(plane) for layer, plane in zip(self.layers, planes, strict=True)]


class _DescriptPlane(DescriptPeriod):
    def forward(self, x: Tensor) -> list[Tensor]:
        x = F.pad(x, (0, -x.shape[-1] % self.period)).unflatten(-1, (-1, self.period))
        features = []
        for block in [*self.convs, self.conv_post]:
            x = block(x)
            features.append(x)
        return features


def _plain(ours: nn.Module) -> nn.Module:
    """torch's convolution with the hook that makes its weight anew in every pass."""
    bias = ours.bias is not None
    if isinstance(ours, conv.ConvTranspose1d):
        r = ours.ratio
        theirs = nn.ConvTranspose1d(ours.in_channels, ours.out_channels, 2 * r, r, r // 2, bias=bias)
    elif isinstance(ours, conv.Conv1d):
        theirs = _Padded(
            ours.in_channels, ours.out_channels, ours.kernel_size, ours.stride, 0, ours.dilation, ours.groups, bias
        )
        theirs.pad = tuple(ours.pad)
    else:
        out, inputs = (ours.weight_v if ours.weight_norm else ours.weight).shape[:2]
        cls = nn.Conv1d if len(ours.kernel) == 1 else nn.Conv2d
        theirs = cls(inputs, out, ours.kernel, ours.stride, ours.padding, ours.dilation, bias=bias)
    like = next(ours.parameters())
    theirs.to(like.device, like.dtype)
    if ours.weight_norm:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = nn.utils.weight_norm(theirs)
    theirs.load_state_dict(ours.state_dict())
    return theirs


def release_form(rave: RAVE) -> RAVE:
    """A copy of the network, with its discriminator, in the form described above; equal state_dicts."""
    rave = copy.deepcopy(rave)
    for module in list(rave.modules()):
        for name, child in module.named_children():
            if isinstance(child, conv.WeightNorm):
                setattr(module, name, _plain(child))
        if isinstance(module, ConvNet):
            module.fast = False
        elif isinstance(module, MultiPeriod):
            module.__class__ = _PeriodPlanes
        elif isinstance(module, DescriptPeriod):
            module.__class__ = _DescriptPlane
    rave.pqmf.requires_grad_(False)
    return rave


class ReleaseStep:
    """The step, on a network of `release_form`. Same interface as `Updates.step`."""

    def __init__(self, rave: RAVE):
        self.rave, self.config = rave, rave.config
        self.crop = valid_crop(rave.config.replace(recipe="release"))
        self.weights = WEIGHTS | rave.config.weights
        c = rave.config
        autoencoder = [*rave.encoder.parameters(), *rave.decoder.parameters()]
        self.generator = torch.optim.Adam(autoencoder, c.learning_rate, betas=(0.5, 0.9))
        self.discriminator = torch.optim.Adam(
            rave.discriminator.parameters(), c.discriminator_learning_rate, betas=(0.5, 0.9)
        )
        self.decay = torch.optim.lr_scheduler.LinearLR(self.generator, 1.0, 0.1, max(c.phase_1_duration, 1))
        like = rave.latent_mean
        self.windows = [torch.hann_window(n).to(like) for n in c.stft_scales]
        if c.regularization == "discrete":
            rave.encoder.enable()

    def step(self, x: Tensor, step: int) -> dict[str, float]:
        rave, c = self.rave, self.config
        warmed_up = step >= c.phase_1_duration
        rave.warmed_up = warmed_up
        x = x.clone().requires_grad_()
        bands = rave.pqmf(x)
        raw = rave.encoder(bands if c.input_mode == "pqmf" else rave.analysis(x))
        if warmed_up and rave.encoder.frozen_later:
            raw = raw.detach()
        z, regularization = rave.encoder.reparametrize(raw)
        made = rave.decoder(z)
        y = rave.synthesis(made)
        made_bands = made if c.output_mode == "pqmf" else rave.pqmf(y)
        terms = {
            "multiband_spectral_distance": self._distance(self.crop(bands), self.crop(made_bands)),
            "fullband_spectral_distance": self._distance(x, y),
        }
        terms = {name: self.weights[name] * term for name, term in terms.items()}
        loss_dis = 0
        if warmed_up:
            real, fake = [], []
            for features in rave.discriminator(torch.cat([x, y])):
                halves = [feature.chunk(2) for feature in features]
                real.append([half[0] for half in halves])
                fake.append([half[1] for half in halves])
            matching = adversarial = 0
            for theirs, ours in zip(real, fake, strict=True):
                kept = list(zip(theirs, ours, strict=True))[c.num_skipped_features :]
                matching = matching + sum(self._difference(a, b) for a, b in kept) / len(kept)
                loss_dis = loss_dis + (1 - theirs[-1]).relu().mean() + (1 + ours[-1]).relu().mean()
                adversarial = adversarial - ours[-1].mean()
            # The weights of these two count twice.
            weight = self.weights["feature_matching"]
            terms["feature_matching"] = weight * weight * (matching / len(real))
            terms["adversarial"] = self.weights["adversarial"] ** 2 * adversarial
        if regularization.detach().item():
            terms["regularization"] = regularization * beta(c, step)
        if warmed_up and step % c.update_discriminator_every == 0:
            self.discriminator.zero_grad()
            loss_dis.backward()
            self.discriminator.step()
        else:
            self.generator.zero_grad()
            sum(terms.values()).backward()
            self.generator.step()
        with warnings.catch_warnings():  # of a decay before the first generator step
            warnings.simplefilter("ignore")
            self.decay.step()
        return {name: float(term.detach()) for name, term in terms.items()}

    def _difference(self, a: Tensor, b: Tensor) -> Tensor:
        difference = (a - b).abs().mean()
        return difference / a.abs().mean() if self.config.feature_matching_relative else difference

    def _distance(self, x: Tensor, y: Tensor) -> Tensor:
        total, epsilon = 0, self.config.log_epsilon
        for window in self.windows:
            target, made = self._magnitude(x, window), self._magnitude(y, window)
            total = total + (target - made).square().mean() / target.square().mean()
            total = total + (torch.log(target + epsilon) - torch.log(made + epsilon)).abs().mean()
        return total

    def _magnitude(self, x: Tensor, window: Tensor) -> Tensor:
        size = len(window)
        return torch.stft(x.flatten(0, -2), size, size // 4, window=window, return_complex=True).abs()
