"""A configuration in the names of the release's config.gin, which the release can parse.

What the release has no name for is written as macros, which it ignores.
"""

from __future__ import annotations

from collections.abc import Iterator
from pprint import pformat

from .config import DISCRIMINATORS, REGULARIZATIONS, Config
from .gin_file import Macro, Reference

_IMPORTS = """from __gin__ import dynamic_registration
import cached_conv as cc
from cached_conv import convs
import rave
from rave import blocks
from rave import core
from rave import dataset
from rave import descript_discriminator
from rave import discriminator
from rave import model
from rave import pqmf
from rave import quantization
import torch
import torch.nn as nn
"""
_MEL_IMPORT = "from torchaudio import transforms\n"


def gin_text(c: Config) -> str:
    """The whole file."""
    lines = [_IMPORTS + (_MEL_IMPORT if c.mel else ""), "# Macros:"]
    lines += [f"{name} = {_value(value)}" for name, value in macros(c)]
    block = ""
    for name, value in bindings(c):
        owner, _, _ = name.rpartition(".")
        if owner != block:
            lines.append(f"\n# Parameters for {owner}:")
            block = owner
        lines.append(f"{name} = {_value(value)}")
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    if isinstance(value, Reference):
        return f"@{value.name}"
    if isinstance(value, Macro):
        return f"%{value.name}"
    if isinstance(value, list) and any(isinstance(item, Reference) for item in value):
        return f"[{', '.join(_value(item) for item in value)}]"
    return pformat(value, width=1000, compact=True)


def macros(c: Config) -> Iterator[tuple[str, object]]:
    """Those that users know from `--override`, then ours."""
    yield "SAMPLING_RATE", c.sampling_rate
    yield "CAPACITY", c.capacity
    yield "N_BAND", c.n_band
    yield "LATENT_SIZE", c.latent_size
    yield "NOISE_AUGMENTATION", c.noise_augmentation
    yield "RATIOS", c.ratios
    yield "PHASE_1_DURATION", c.phase_1_duration
    if c.architecture == "v2":
        yield "KERNEL_SIZE", c.kernel_size
        yield "DILATIONS", c.dilations
    if c.regularization == "discrete":
        yield "NUM_QUANTIZERS", c.num_quantizers
        yield "CODEBOOK_SIZE", c.codebook_size
    yield "RECIPE", c.recipe
    yield "LEARNING_RATE", c.learning_rate
    yield "DISCRIMINATOR_LEARNING_RATE", c.discriminator_learning_rate
    yield "TIGHT_STRIDE", c.tight_stride
    yield "FEATURE_MATCHING_RELATIVE", c.feature_matching_relative
    yield "MAX_RESIDUAL", c.max_residual
    yield "AUGMENTATIONS", [[name, arguments] for name, arguments in c.augmentations]


def bindings(c: Config) -> Iterator[tuple[str, object]]:
    """(scope/module.Class.argument, value) in the release's names."""
    yield "core.AudioDistanceV1.log_epsilon", c.log_epsilon
    yield "core.AudioDistanceV1.multiscale_stft", Reference("core.MultiScaleSTFT")
    yield "core.MultiScaleSTFT.magnitude", True
    yield "core.MultiScaleSTFT.normalized", False
    yield "core.MultiScaleSTFT.num_mels", None
    yield "core.MultiScaleSTFT.sample_rate", Macro("SAMPLING_RATE")
    yield "core.MultiScaleSTFT.scales", c.stft_scales
    yield "model.BetaWarmupCallback.initial_value", c.beta_initial
    yield "model.BetaWarmupCallback.log", c.beta_log
    yield "model.BetaWarmupCallback.target_value", c.beta_target
    yield "model.BetaWarmupCallback.warmup_len", c.beta_warmup
    yield "pqmf.CachedPQMF.attenuation", c.attenuation
    yield "pqmf.CachedPQMF.n_band", Macro("N_BAND")
    yield "cc.Conv1d.bias", False
    yield "cc.ConvTranspose1d.bias", False
    yield "blocks.normalization.mode", "weight_norm"
    yield "convs.get_padding.mode", "causal" if c.causal else "centered"
    yield from _encoder(c)
    yield from _generator(c)
    yield from _discriminator(c)
    yield from _model(c)


def _encoder(c: Config) -> Iterator[tuple[str, object]]:
    cls = "blocks.EncoderV2" if c.architecture == "v2" else "blocks.Encoder"
    # The release gives the variational encoder's parts a scope of their own.
    scoped = f"variational/{cls}" if c.regularization == "variational" else cls
    data = {"pqmf": Macro("N_BAND"), "raw": 1, "mel": c.mel.n_mels if c.mel else 0}[c.input_mode]
    yield f"{scoped}.capacity", Macro("CAPACITY")
    yield f"{scoped}.data_size", data
    yield f"{scoped}.latent_size", Macro("LATENT_SIZE")
    yield f"{scoped}.n_out", 2 if c.regularization == "variational" else 1
    yield f"{scoped}.ratios", c.encoder_ratios
    yield f"{scoped}.recurrent_layer", None
    yield f"{scoped}.spectrogram", None
    if c.architecture == "v2":
        if c.activation == "snake":
            yield f"{scoped}.activation", Reference("blocks.Snake")
        yield f"{scoped}.adain", Reference("blocks.AdaptiveInstanceNormalization") if c.adain else None
        yield f"{scoped}.dilations", c.encoder_dilations
        yield f"{scoped}.keep_dim", c.keep_dim
        yield f"{scoped}.kernel_size", Macro("KERNEL_SIZE")
    else:
        yield f"{scoped}.repeat_layers", 1
        yield f"{scoped}.sample_norm", False
    wrapper = f"blocks.{_class(REGULARIZATIONS, c.regularization)}"
    if c.regularization == "variational":
        yield f"{wrapper}.beta", c.variational_beta
        yield f"{wrapper}.encoder", Reference(scoped)
        return
    yield f"{wrapper}.encoder_cls", Reference(scoped)
    if c.regularization != "spherical":
        yield f"{wrapper}.noise_augmentation", Macro("NOISE_AUGMENTATION")
    if c.regularization == "discrete":
        yield f"{wrapper}.num_quantizers", Macro("NUM_QUANTIZERS")
        yield f"{wrapper}.vq_cls", Reference("quantization.ResidualVectorQuantization")
        yield "quantization.ResidualVectorQuantization.codebook_size", Macro("CODEBOOK_SIZE")
        yield "quantization.ResidualVectorQuantization.dim", Macro("LATENT_SIZE")
        yield "quantization.ResidualVectorQuantization.num_quantizers", Macro("NUM_QUANTIZERS")


def _generator(c: Config) -> Iterator[tuple[str, object]]:
    recurrent = Reference("blocks.GRU") if c.recurrent else None
    if c.recurrent:
        yield "blocks.GRU.num_layers", c.recurrent
    data = Macro("N_BAND") if c.output_mode == "pqmf" else None
    if c.architecture == "v1":
        yield "blocks.Generator.capacity", Macro("CAPACITY")
        yield "blocks.Generator.data_size", data
        yield "blocks.Generator.latent_size", Macro("LATENT_SIZE")
        yield "blocks.Generator.loud_stride", 1
        yield "blocks.Generator.ratios", Macro("RATIOS")
        yield "blocks.Generator.recurrent_layer", recurrent
        yield "blocks.Generator.use_noise", c.noise is not None
        yield "blocks.ResidualStack.dilations_list", c.stack_dilations
        yield "blocks.ResidualStack.kernel_sizes", c.stack_kernels
        if c.noise is not None:
            yield "blocks.NoiseGenerator.noise_bands", c.noise.bands
            yield "blocks.NoiseGenerator.ratios", c.noise.ratios
        if c.activation == "snake":
            yield "blocks.UpsampleLayer.activation", Reference("blocks.Snake")
            yield "blocks.ResidualLayer.activation", Reference("blocks.Snake")
        return
    g = "blocks.GeneratorV2"
    if c.activation == "snake":
        yield f"{g}.activation", Reference("blocks.Snake")
    if c.unit_activation == "snake":
        yield "blocks.DilatedUnit.activation", Reference("blocks.Snake")
    yield f"{g}.adain", Reference("blocks.AdaptiveInstanceNormalization") if c.adain else None
    yield f"{g}.amplitude_modulation", c.amplitude_modulation
    yield f"{g}.capacity", Macro("CAPACITY")
    yield f"{g}.data_size", data
    yield f"{g}.dilations", Macro("DILATIONS")
    yield f"{g}.keep_dim", c.keep_dim
    yield f"{g}.kernel_size", Macro("KERNEL_SIZE")
    yield f"{g}.latent_size", Reference("core.get_augmented_latent_size()")
    yield f"{g}.noise_module", Reference("blocks.NoiseGeneratorV2") if c.noise else None
    yield f"{g}.ratios", Macro("RATIOS")
    yield f"{g}.recurrent_layer", recurrent
    yield "core.get_augmented_latent_size.latent_size", Macro("LATENT_SIZE")
    yield "core.get_augmented_latent_size.noise_augmentation", Macro("NOISE_AUGMENTATION")
    if c.noise is not None:
        yield "blocks.NoiseGeneratorV2.data_size", Macro("N_BAND") if c.output_mode == "pqmf" else 1
        yield "blocks.NoiseGeneratorV2.hidden_size", c.noise.hidden
        yield "blocks.NoiseGeneratorV2.noise_bands", c.noise.bands
        yield "blocks.NoiseGeneratorV2.ratios", c.noise.ratios


def _discriminator(c: Config) -> Iterator[tuple[str, object]]:
    for kind in c.discriminators:
        if kind == "multiscale":
            yield "discriminator.MultiScaleDiscriminator.convnet", Reference("scales/discriminator.ConvNet")
            yield "discriminator.MultiScaleDiscriminator.n_discriminators", c.multiscale_count
            yield from _conv_net("scales", c.discriminator_capacity, "torch.nn.Conv1d", 15)
        elif kind == "multiperiod":
            yield "discriminator.MultiPeriodDiscriminator.convnet", Reference("periods/discriminator.ConvNet")
            yield "discriminator.MultiPeriodDiscriminator.periods", c.periods
            yield from _conv_net("periods", c.discriminator_capacity, "nn.Conv2d", (5, 1))
        elif kind == "spectral":
            yield "discriminator.MultiScaleSpectralDiscriminator.convnet", Reference("discriminator.EncodecConvNet")
            yield "discriminator.MultiScaleSpectralDiscriminator.scales", c.spectral_scales
            yield "discriminator.EncodecConvNet.capacity", c.spectral_capacity


def _conv_net(scope: str, capacity: int, conv: str, kernel: object) -> Iterator[tuple[str, object]]:
    net = f"{scope}/discriminator.ConvNet"
    yield f"{net}.capacity", capacity
    yield f"{net}.conv", Reference(conv)
    yield f"{net}.kernel_size", kernel
    yield f"{net}.n_layers", 4
    yield f"{net}.out_size", 1
    yield f"{net}.stride", 4


def _model(c: Config) -> Iterator[tuple[str, object]]:
    classes = [_class(DISCRIMINATORS, kind) for kind in c.discriminators]
    modules = {"DescriptDiscriminator": "descript_discriminator"}
    references = [Reference(f"{modules.get(cls, 'discriminator')}.{cls}") for cls in classes]
    if len(references) > 1:
        yield "discriminator.CombineDiscriminators.discriminators", references
        references = [Reference("discriminator.CombineDiscriminators")]
    if c.mel is not None:
        yield "transforms.MelSpectrogram.hop_length", c.mel.hop
        yield "transforms.MelSpectrogram.n_fft", c.mel.n_fft
        yield "transforms.MelSpectrogram.n_mels", c.mel.n_mels
        yield "transforms.MelSpectrogram.normalized", True
        yield "transforms.MelSpectrogram.sample_rate", Macro("SAMPLING_RATE")
    yield "model.RAVE.audio_distance", Reference("core.AudioDistanceV1")
    yield "model.RAVE.decoder", Reference(f"blocks.{'Generator' if c.architecture == 'v1' else 'GeneratorV2'}")
    yield "model.RAVE.discriminator", references[0]
    yield "model.RAVE.encoder", Reference(f"blocks.{_class(REGULARIZATIONS, c.regularization)}")
    yield "model.RAVE.feature_matching_fun", Reference("feature_matching/core.mean_difference")
    yield "model.RAVE.gan_loss", Reference("core.hinge_gan")
    yield "model.RAVE.input_mode", c.input_mode
    yield "model.RAVE.latent_size", Macro("LATENT_SIZE")
    yield "model.RAVE.multiband_audio_distance", Reference("core.AudioDistanceV1")
    yield "model.RAVE.n_bands", c.n_band
    yield "model.RAVE.n_channels", c.n_channels
    yield "model.RAVE.num_skipped_features", c.num_skipped_features
    yield "model.RAVE.output_mode", c.output_mode
    yield "model.RAVE.phase_1_duration", Macro("PHASE_1_DURATION")
    yield "model.RAVE.pqmf", Reference("pqmf.CachedPQMF")
    yield "model.RAVE.sampling_rate", Macro("SAMPLING_RATE")
    yield "model.RAVE.spectrogram", Reference("transforms.MelSpectrogram()") if c.mel else None
    yield "model.RAVE.update_discriminator_every", c.update_discriminator_every
    yield "model.RAVE.valid_signal_crop", c.valid_signal_crop
    if c.regularization == "discrete":
        yield "model.RAVE.warmup_quantize", -1
    yield "model.RAVE.weights", c.weights


def _class(table: dict[str, str], word: str) -> str:
    return next(cls for cls, ours in table.items() if ours == word)
