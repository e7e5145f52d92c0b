"""Configurations: ours are the release's, stacks mean the same in any order, nonsense is refused."""

import dataclasses
import itertools

import pytest

from nn_tilde.audio import augment
from nn_tilde.rave.config import Config, ConfigError, read, read_augmentations, read_run
from nn_tilde.rave.gin_file import CONFIGS, Bindings

# A run's config.gin of the release, and how we ask for the same.
SAME = {
    "v1": ["v1"],
    "v2": ["v2"],
    "v2_nopqmf": ["v2_nopqmf"],
    "v2_with_augs": ["v2_with_augs"],
    "v3": ["v3"],
    "discrete": ["discrete"],
    "discrete_v3": ["discrete_v3"],
    "onnx": ["onnx"],
    "raspberry": ["raspberry"],
    "v2_wasserstein": ["v2", "wasserstein"],
    "v2_spherical": ["v2", "spherical"],
    "v2_spectral_discriminator": ["v2", "spectral_discriminator"],
    "v2_causal": ["v2", "causal"],
    "v2_noise": ["v2", "noise"],
    "v2_hybrid": ["v2", "hybrid"],
    "v2_snake": ["v2", "snake"],
    "v2_adain": ["v2", "adain"],
    "v2_descript": ["v2", "descript_discriminator"],
}
# What a config.gin of the release does not record.
UNRECORDED = {"augmentations", "beta_initial", "beta_target", "beta_warmup", "beta_log"}
OURS = ["v2_48k", "live", "v2_nopqmf_small", "v2_small", *(name for name in SAME if "_" not in name)]


def differences(a: Config, b: Config) -> set[str]:
    return {f.name for f in dataclasses.fields(Config) if getattr(a, f.name) != getattr(b, f.name)}


@pytest.mark.parametrize("name", SAME)
def test_ours_are_the_release_s(fixtures, name):
    theirs = read_run(fixtures / "rave_configs" / f"{name}.gin")
    assert differences(read(SAME[name]), theirs) <= UNRECORDED


@pytest.mark.parametrize(
    ("stack", "beta"),
    [
        (["v1"], (0.1, 0.1, 1, False)),
        (["v2"], (1e-6, 5e-2, 20000, True)),
        (["v3", "causal"], (1e-6, 5e-2, 20000, True)),
        (["v2_small"], (0.01, 0.01, 300000, True)),
        (["v2_nopqmf"], (1e-6, 1e-2, 500000, True)),
        (["discrete"], (0.1, 0.1, 1, False)),
        (["discrete_v3"], (1e-6, 5e-2, 20000, True)),
        (["v2", "wasserstein"], (100.0, 100.0, 1, False)),
    ],
)
def test_beta(stack, beta):
    config = read(stack)
    assert (config.beta_initial, config.beta_target, config.beta_warmup, config.beta_log) == beta


def test_small_has_noise_that_is_heard(fixtures):
    theirs = read_run(fixtures / "rave_configs" / "v2_small.gin")
    assert differences(read(["v2_small"]), theirs) - UNRECORDED == {"noise"}
    assert theirs.noise.bands == 32
    assert read(["v2_small"]).noise.bands == 5


@pytest.mark.parametrize("name", SAME)
def test_the_release_finds_its_own_bindings(fixtures, name, tmp_path):
    """Every binding we write is one of those the release writes itself, with the same value."""
    read(SAME[name]).write(tmp_path / "config.gin")
    ours, theirs = Bindings(), Bindings()
    ours.read(tmp_path / "config.gin")
    theirs.read(fixtures / "rave_configs" / f"{name}.gin")
    extra = {"RAVE.n_channels", *(k for k in ours.values if k.startswith("BetaWarmupCallback."))}
    assert set(ours.values) - set(theirs.values) <= extra
    for key in set(ours.values) & set(theirs.values):
        assert ours.get(key) == theirs.get(key) or (key, name) in OTHER, key


# v2 has four levels of dilations also where its encoder has three, and a hybrid's encoder writes one.
# The release leaves the default weight of feature matching unsaid.
OTHER = {("EncoderV2.dilations", "v2_hybrid"), ("RAVE.weights", "v2_wasserstein")}


@pytest.mark.parametrize("configs", [*([name] for name in OURS), *SAME.values()])
def test_a_written_configuration_is_read_back(configs, tmp_path):
    config = read(configs, ["CAPACITY=8"], channels=2)
    config.write(tmp_path / "config.gin")
    assert read_run(tmp_path / "config.gin") == config


@pytest.mark.parametrize(
    "stack",
    [
        ["v2", "causal"],
        ["discrete", "causal"],
        ["v2", "wasserstein", "causal"],
        ["v2_small", "hybrid"],
        ["discrete", "hybrid"],
        ["v3", "causal", "noise"],
        ["v2", "spectral_discriminator", "snake"],
        ["v1", "causal"],
    ],
)
def test_order_does_not_matter(stack):
    first, *others = [read(order) for order in itertools.permutations(stack)]
    assert all(other == first for other in others)


def test_stacks_mean_what_they_say():
    assert read(["v2_small", "hybrid"]).ratio == 512
    assert read(["discrete", "hybrid"]).regularization == "discrete"
    assert read(["discrete", "hybrid"]).encoder_ratios == [2, 2]
    assert read(["v2", "discrete"]) == read(["discrete"])
    assert read(["causal"]) == read(["v2", "causal"])
    assert read(["v2", "default"]) == read(["v2"])
    assert read(["v3", "spectral_discriminator"]).discriminators == ["multiscale", "spectral"]
    assert read(["v2.gin"]) == read(["v2"])


@pytest.mark.parametrize(
    ("stack", "words"),
    [
        (["v1", "wasserstein"], "needs RAVE 2"),
        (["raspberry", "noise"], "needs RAVE 2"),
        (["discrete", "wasserstein"], "its own regularization"),
        (["v2", "wasserstein", "spherical"], "two choices"),
        (["v2_small", "discrete"], "choose one"),
        (["live", "hybrid", "v2_small"], "choose one"),
        (["v4"], "There is no configuration 'v4'; is it v"),
        (["live", "hybrid"], ""),
    ],
)
def test_nonsense_is_refused(stack, words):
    if stack == ["live", "hybrid"]:  # a hop of 256, latents every 256: the encoder has no stride left
        with pytest.raises(ConfigError):
            read(stack)
        return
    with pytest.raises(ConfigError, match=words):
        read(stack)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("CAPCITY=3", "CAPACITY"),
        ("CAPACITY", "NAME = value"),
        ("CAPACITY=-1", "above 0"),
        ("N_BAND=12", "power of two"),
        ("RATIOS=[4, 'x']", "whole numbers"),
        ("RATIOS=[4, 4", "--override"),
        ("GeneratorV2.nothing=3", "no setting"),
        ("RATIOS=5", "must be a list, not 5"),
        ("RATIOS=[]", "at least one"),
        ("RATIOS=[4, 4, 4, True]", "list of whole numbers"),
        ("DILATIONS=[[1, 3], 9]", "wrong kind"),
        ("DILATIONS=[[1, 0], [1], [1], [1]]", "above 0"),
        ("SAMPLING_RATE=44100.5", "sampling_rate must be a whole number"),
        ("KERNEL_SIZE='x'", "kernel_size must be a whole number"),
        ("PHASE_1_DURATION=-1", "below 0"),
        ("LEARNING_RATE=0", "above 0"),
        ("LEARNING_RATE=None", "must be a number"),
        ("AUGMENTATIONS=7", "wrong kind"),
        ("RAVE.encoder=WasserteinEncoder", "after an @"),
        ("RAVE.output_mode=loud", "pqmf or raw"),
        ("RAVE.valid_signal_crop=3", "True or False"),
        ("CombineDiscriminators.discriminators=[1]", "wrong kind"),
        ("RAVE.weights=3", "wrong kind"),
        ("BetaWarmupCallback.target_value='a'", "must be a number"),
    ],
)
def test_overrides_that_cannot_be(override, words):
    with pytest.raises(ConfigError, match=words):
        read(["v2"], [override])


def test_models_do_not_share_settings():
    """In the release one configuration's weights leaked into the next."""
    before = read(["v2"])
    read(["v2", "wasserstein"]).weights["adversarial"] = 99
    assert read(["v2"]) == before
    assert before.weights == {"feature_matching": 20}


def test_overrides():
    config = read(["v2"], ["CAPACITY = 32", "SAMPLING_RATE=48000", "blocks.GeneratorV2.ratios = [4, 4, 8]",
                           "EncoderV2.ratios=[4, 4, 8]", "get_padding.mode=causal"])  # fmt: skip
    assert (config.capacity, config.sampling_rate, config.ratio) == (32, 48000, 2048)
    assert config.discriminator_capacity == 32
    assert config.causal


def test_a_file_of_one_s_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.gin").write_text('include "configs/v2.gin"\nCAPACITY = 24\n')
    (tmp_path / "quiet.gin").write_text("BetaWarmupCallback.target_value = 0.5\n")
    config = read(["quiet", "mine", "causal"])
    assert (config.capacity, config.beta_target, config.causal) == (24, 0.5, True)
    (tmp_path / "causal.gin").write_text('include "configs/causal.gin"\nCAPACITY = 12\n')  # named as one of ours
    config = read(["v2", "causal"])
    assert (config.capacity, config.causal) == (12, True)
    (tmp_path / "round.gin").write_text('include "round.gin"\nCAPACITY = 12\n')
    assert read(["v2", "round"]).capacity == 12
    (tmp_path / "broken.gin").write_text("CAPACITY = = 3\n")
    with pytest.raises(ConfigError, match=r"broken\.gin"):
        read(["v2", "broken"])
    (tmp_path / "open.gin").write_text("GeneratorV2.capacity = %NOWHERE\n")
    with pytest.raises(ConfigError, match="NOWHERE"):
        read(["v2", "open"])


def test_runs_of_older_versions(tmp_path):
    text = "from __gin__ import dynamic_registration\nimport rave\n" + "\n".join(
        [
            "DILATIONS = [1, 3, 9]",
            "rave.RAVE.encoder = @rave.VariationalEncoder",
            "rave.VariationalEncoder.encoder = @variational/rave.EncoderV2",
            "variational/rave.EncoderV2.ratios = [4, 4, 4, 2]",
            "variational/rave.EncoderV2.dilations = %DILATIONS",
            "rave.RAVE.decoder = @rave.GeneratorV2",
            "rave.GeneratorV2.ratios = [4, 4, 4, 2]",
            "rave.GeneratorV2.dilations = %DILATIONS",
            "rave.RAVE.enable_pqmf_encode = True",
            "rave.balancer.Balancer.ema_averaging = 0.99",
        ]
    )
    (tmp_path / "config.gin").write_text(text)
    config = read_run(tmp_path / "config.gin")
    assert config.dilations == [[1, 3, 9]] * 4
    assert config.input_mode == "pqmf"


def test_augmentations():
    assert read_augmentations(["mute", "gain"]) == [
        ("RandomMute", {"prob": 0.1}),
        ("RandomGain", {"gain_range": [-6, 3], "prob": 0.5, "limit": True}),
    ]
    every = [path.stem for path in (CONFIGS / "augmentations").glob("*.gin")]
    assert len(augment.build(read_augmentations(every))) == len(every) >= 7
    with pytest.raises(ConfigError, match="no augmentation 'mut'; is it mute"):
        read_augmentations(["mut"])
