"""A variational auto-encoder of single spectral frames (Kingma and Welling 2014; with labels: Kingma et al. 2014).

frame ── encoder ── mean, deviation ── z ──┬── decoder ── frame
           ↑                               │      ↑
         labels                       predictors ─┴─ labels; the predicted ones where they are missing
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..settings import Config
from .conditioning import Conditioning, tidy
from .decoders import Decoder
from .dimension import LatentSpaces
from .encoders import Encoder
from .losses import Reconstruction
from .predictors import Predictor
from .priors import Prior
from .regularisers import beta_at, build_regularisers


class Outputs(NamedTuple):
    """Of N frames. labels: what the decoder was told."""

    x: Tensor  # [N, C, bins], what went in
    y: Tensor  # [N, C, bins], what came out
    raw: Tensor  # [N, parts · C, bins], which the decoder's distribution comes from
    mean: Tensor  # [N, latents]
    std: Tensor
    z: Tensor
    predictions: list[Tensor]  # of each predictor [N, …]
    given: dict[str, Tensor]  # labels [N], NaN where there is none
    labels: dict[str, Tensor]


class VAE(nn.Module):
    """Frames are [..., bins], or [..., C, bins] when the configuration has more channels than one.

    Labels: {task: numbers, of a shape that expands to the frames'}, −1 (of classes) or NaN where there is none; a
    task that is left out has none. `posterior`, `encode`, `decode`, `predict` and `spaces` are for TorchScript.
    bins: of a frame, by default as n_fft decides. Raises ValueError, one sentence.
    """

    tasks: list[str]  # told to TorchScript, which cannot guess what an empty list is of
    predicted: list[str]

    def __init__(self, config: Config, bins: int | None = None):
        super().__init__()
        model, training = config.model, config.training
        self.channels, self.latent = model.channels, model.latent.dim
        self.bins = config.bins if bins is None else bins
        if self.bins < 2:
            raise ValueError(f"A frame needs at least 2 bins, not {self.bins}.")
        for task in model.tasks:
            parts = [p for p in (model.conditioning.get(task), model.prediction.get(task)) if p is not None]
            categorical = [getattr(p, "categorical", getattr(p, "target_dist", "") == "Categorical") for p in parts]
            if any(c and p.dim is None for c, p in zip(categorical, parts, strict=True)):
                raise ValueError(f"The number of classes of '{task}' is neither in the configuration nor known yet.")
        self.encoder_labels = Conditioning(model.conditions("encoder"))
        self.decoder_labels = Conditioning(model.conditions("decoder"))
        shape = self.channels, self.bins, self.latent
        self.encoder = Encoder(model.encoder, *shape, self.encoder_labels.width)
        self.decoder = Decoder(model.decoder, *shape, self.decoder_labels.width)
        self.predicted = list(model.prediction)
        self.predictors = nn.ModuleList(Predictor(p, self.latent) for p in model.prediction.values())
        self.spaces = LatentSpaces(self.latent)
        self.tasks = model.tasks
        self.training_settings = training
        self.prior = Prior(training.prior, self.latent)
        self.reconstruction = Reconstruction(training.reconstruction)
        self.regularisers = build_regularisers(training.regularization, self.prior)

    # -- for TorchScript ----------------------------------------------------------------------------------------

    @torch.jit.export
    def posterior(self, x: Tensor, labels: dict[str, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        """Frames → mean and deviation of their latents, each [..., latents]."""
        lead = self.lead(x)
        rows = x.reshape(-1, self.channels, self.bins)
        mean, std = self.encoder(rows, self.encoder_labels(self.flat(labels, lead), rows))
        return mean.reshape(lead + [self.latent]), std.reshape(lead + [self.latent])  # noqa: RUF005  TorchScript

    @torch.jit.export
    def encode(self, x: Tensor, labels: dict[str, Tensor] | None = None, temperature: float = 0.0) -> Tensor:
        """Frames → latents [..., latents]: the mean, with noise of `temperature` deviations."""
        mean, std = self.posterior(x, labels)
        if temperature == 0.0:
            return mean
        return mean + temperature * std * torch.randn_like(std)

    @torch.jit.export
    def decode(self, z: Tensor, labels: dict[str, Tensor] | None = None) -> Tensor:
        """Latents [..., latents] → frames, the means of their distributions. Missing labels are the predicted ones."""
        if z.size(-1) != self.latent:
            raise ValueError(f"The model has {self.latent} latents, not {z.size(-1)}.")
        lead = list(z.shape[:-1])
        rows = z.reshape(-1, self.latent)
        told = self.filled(self.flat(labels, lead), self.raw_predictions(rows), False)
        y = self.decoder.output.mean(self.decoder(rows, self.decoder_labels(told, rows)))
        return y.reshape(lead + ([self.bins] if self.channels == 1 else [self.channels, self.bins]))

    @torch.jit.export
    def predict(self, z: Tensor) -> dict[str, Tensor]:
        """Latents [..., latents] → the likeliest label of each task that has a predictor, float [...]."""
        lead = list(z.shape[:-1])
        raw = self.raw_predictions(z.reshape(-1, self.latent))
        found: dict[str, Tensor] = {}
        for i, predictor in enumerate(self.predictors):
            found[self.predicted[i]] = predictor.label(raw[i], False).reshape(lead)
        return found

    def lead(self, x: Tensor) -> list[int]:
        """The shape of what the frames are in. Raises ValueError for frames of another size."""
        if x.size(-1) != self.bins or (self.channels > 1 and (x.dim() < 2 or x.size(-2) != self.channels)):
            wanted = [self.bins] if self.channels == 1 else [self.channels, self.bins]
            raise ValueError(f"Frames must end in {wanted}, not {list(x.shape)}.")
        return list(x.shape[:-1] if self.channels == 1 else x.shape[:-2])

    def flat(self, labels: dict[str, Tensor] | None, lead: list[int]) -> dict[str, Tensor]:
        """The labels of the model's tasks, [N] each."""
        found: dict[str, Tensor] = {}
        if labels is not None:
            for task in self.tasks:
                if task in labels:
                    found[task] = labels[task].expand(lead).reshape(-1)
        return found

    def raw_predictions(self, z: Tensor) -> list[Tensor]:
        found: list[Tensor] = []
        for predictor in self.predictors:
            found.append(predictor(z))
        return found

    def filled(self, labels: dict[str, Tensor], raw: list[Tensor], random: bool) -> dict[str, Tensor]:
        """Labels [N] with the predicted ones where there are none; random: drawn from what is predicted."""
        told = labels.copy()
        for i, predictor in enumerate(self.predictors):
            task = self.predicted[i]
            label = predictor.label(raw[i], random).detach()
            if task in labels:
                given = tidy(labels[task], predictor.categorical)
                label = torch.where(torch.isnan(given), label, given)
            told[task] = label
        return told

    # -- for training -------------------------------------------------------------------------------------------

    @torch.jit.unused
    def forward(self, x: Tensor, labels: dict[str, Tensor] | None = None) -> Outputs:
        """Frames through a sample of their latents and back. In training, missing labels are drawn at random."""
        lead = self.lead(x)
        rows = x.reshape(-1, self.channels, self.bins)
        if self.training and len(rows) < 2:
            raise ValueError("A batch needs at least 2 frames to train with.")
        given = self.flat(labels, lead)
        mean, std = self.encoder(rows, self.encoder_labels(given, rows))
        z = mean + std * torch.randn_like(std)
        predictions = self.raw_predictions(z)
        told = self.filled(given, predictions, self.training)
        raw = self.decoder(z, self.decoder_labels(told, rows))
        return Outputs(rows, self.decoder.output.mean(raw), raw, mean, std, z, predictions, given, told)

    @torch.jit.unused
    def loss(self, batch: dict, step: int, epoch: int = 0) -> dict[str, Tensor]:
        """{"x": [B, C, T, bins], "labels": {task: [B, T]}} → scalars of the log; "full_loss" is what to minimise.

        full = reconstruction + beta(step, or epoch) · regularization + Σ weight · prediction.
        """
        x = batch["x"]
        x = x[:, 0] if self.channels == 1 else x.movedim(1, -2)
        out = self(x, batch.get("labels"))
        settings = self.training_settings
        beta = beta_at(epoch if settings.schedule == "epoch" else step, settings.beta, settings.warmup)
        log_density = self.decoder.output.log_density(out.raw, out.x) if self.reconstruction.density else None
        rec, logged = self.reconstruction(out.y, log_density, out.x)
        reg = rec.new_zeros(())
        for regulariser in self.regularisers:
            value, more = regulariser(out.mean, out.std, out.z)
            reg, logged = reg + regulariser.weight * value, logged | more
        full = rec + beta * reg
        for task, predictor, raw in zip(self.predicted, self.predictors, out.predictions, strict=True):
            labels = out.given.get(task, torch.full_like(out.mean[:, 0], float("nan")))
            value, more = predictor.loss(raw, labels)
            full = full + predictor.weight * value
            logged |= {f"{task}_{name}": each for name, each in more.items()}
        totals = {"rec_loss": rec.detach(), "reg_loss": reg.detach(), "beta": rec.new_tensor(beta)}
        return {"full_loss": full, **totals, **logged}
