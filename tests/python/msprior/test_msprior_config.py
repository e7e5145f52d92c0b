"""Configurations: what each name stands for, stacks, overrides, what is refused."""

import dataclasses

import pytest

from nn_tilde.msprior import config
from nn_tilde.msprior.config import Config, ConfigError

# (layer, head, conditioning, encoder, layers)
WHOLE = {
    "decoder_only": ("transformer", "streams", "none", "none", 8),
    "recurrent": ("gru", "streams", "none", "none", 8),
    "flattened": ("transformer", "flat", "none", "none", 8),
    "encoder_decoder": ("transformer", "streams", "cross", "tokens", 8),
    "encoder_decoder_continuous": ("transformer", "streams", "cross", "features", 8),
    "modulated_alibi": ("modulated", "streams", "film", "features", 8),
    "rwkv": ("rwkv", "streams", "none", "none", 12),
    "rwkv_semantic": ("rwkv", "streams", "film", "features", 12),
}


@pytest.mark.parametrize("name", WHOLE)
def test_every_configuration_is_there(name):
    found = config.read([name])
    assert (found.layer, found.head, found.conditioning, found.encoder, found.num_layers) == WHOLE[name]
    assert (found.model_dim, found.num_tokens, found.num_quantizers, found.seq_len) == (512, 1024, 16, 256)
    assert (found.lr, found.betas, found.peak_iteration) == (1e-3, (0.9, 0.99), 10_000)


def test_there_are_no_others():
    assert set(config.names()) == {*WHOLE, "small"}


@pytest.mark.parametrize("name", WHOLE)
def test_a_run_keeps_all_of_it(name):
    found = config.read([name, "small"], ["NUM_TOKENS=64", "torch.optim.AdamW.betas=(0.8, 0.9)"])
    assert config.parse(config.text(found)) == found


@pytest.mark.parametrize("stack", [["small", "rwkv"], ["rwkv", "small"], ["rwkv.gin", "small.gin"]])
def test_small_is_on_top_whatever_the_order(stack):
    found = config.read(stack)
    assert (found.layer, found.model_dim, found.num_layers) == ("rwkv", 128, 4)


def test_small_alone_is_a_small_transformer():
    assert config.read(["small"]).layer == "transformer"


@pytest.mark.parametrize(
    ("override", "field", "value"),
    [
        ("NUM_TOKENS=64", "num_tokens", 64),
        ("MODEL_DIM = 96", "model_dim", 96),
        ("PRETRAINED_RAVE='some/rave.ts'", "pretrained_rave", "some/rave.ts"),
        ("PRETRAINED_RAVE=/some/my rave.ts", "pretrained_rave", "/some/my rave.ts"),
        ("PRETRAINED_RAVE=None", "pretrained_rave", None),
        ("torch.optim.AdamW.weight_decay=0.1", "weight_decay", 0.1),
        ("utils.build_warmed_exponential_lr_scheduler.peak_iteration=7", "peak_iteration", 7),
    ],
)
def test_overrides(override, field, value):
    assert getattr(config.read(["decoder_only"], [override]), field) == value


def test_which_fields_overrides_name():
    words = ["NUM_TOKENS=64", "NUM_QUANTIZERS = 4", "torch.optim.AdamW.lr=1"]
    assert config.overridden(words) == {"num_tokens", "num_quantizers"}


@pytest.mark.parametrize(
    ("configs", "overrides", "said"),
    [
        (["decoder"], [], "There is no configuration 'decoder'"),
        (["rwkv", "recurrent"], [], "rwkv and recurrent are whole models each; choose one."),
        (["rwkv"], ["NUM_TOKEN=3"], "no setting 'NUM_TOKEN'; is it NUM_TOKENS"),
        (["rwkv"], ["NUM_TOKENS"], "--override takes 'NAME = value'"),
        (["rwkv"], ["NUM_TOKENS=1"], "NUM_TOKENS is a whole number of at least 2, not 1."),
        (["rwkv"], ["NUM_LAYERS=2.5"], "NUM_LAYERS is a whole number"),
        (["rwkv"], ["DROPOUT_RATE=-1"], "DROPOUT_RATE is a number of at least 0, not -1."),
        (["rwkv"], ["torch.optim.AdamW.lr=-1"], "torch.optim.AdamW.lr is a number of at least 0, not -1."),
        (["rwkv"], ["DROPOUT_RATE=1"], "DROPOUT_RATE is below 1"),
        (["rwkv"], ["PRETRAINED_RAVE=3"], "PRETRAINED_RAVE is a path"),
        (["decoder_only"], ["NUM_HEADS=4"], "ALiBi attention needs NUM_HEADS of 8 or more, not 4."),
        (["encoder_decoder"], ["SEQ_LEN=30"], "SEQ_LEN must be a multiple of 4, not 30."),
        (["recurrent"], ["attention.Decoder.head='flat'"], "Flattened sequences are for transformers"),
        (["decoder_only"], ["attention.Decoder.encoder='tokens'"], "cannot have an encoder 'tokens'"),
        (["decoder_only"], ["torch.optim.AdamW.betas=(1, 2)"], "betas are two numbers"),
        (["decoder_only"], ["torch.optim.AdamW.betas=0.9"], "betas are two numbers"),
        (["encoder_decoder"], ["VAE_PATH='x.ts'"], "VAE_PATH is for modulated models."),
    ],
)
def test_what_is_refused(configs, overrides, said):
    with pytest.raises(ConfigError) as caught:
        config.read(configs, overrides)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_of_ones_own(tmp_path):
    path = tmp_path / "mine.gin"
    path.write_text("include 'recurrent.gin'\nNUM_LAYERS = 3\n")
    assert config.read([str(path)]) == config.read(["recurrent"], ["NUM_LAYERS=3"])
    path.write_text("include 'recurrent.gin'\nattention.Decoder.colour = 'red'\n")
    with pytest.raises(ConfigError, match=r"Decoder\.colour"):
        config.read([str(path)])


def test_frames_of_an_example():
    assert Config(seq_len=256).frames == 256
    assert Config(seq_len=256, head="flat", num_quantizers=16).frames == 16
    assert Config(seq_len=8, head="flat", num_quantizers=16).frames == 1


def test_a_changed_copy_is_checked():
    with pytest.raises(ConfigError):
        Config().replace(num_heads=2)
    assert dataclasses.replace(Config(), num_layers=1) == Config().replace(num_layers=1)
