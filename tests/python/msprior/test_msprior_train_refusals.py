"""`msprior train`: what cannot be trained is one sentence, before anything is written."""

from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"data": "nowhere"}, "There is no dataset at 'nowhere'."),
        ({"name": "a/b"}, "--name is the name of a folder"),
        ({"config": ("decoder",)}, "There is no configuration 'decoder'; is it"),
        ({"config": ("recurrent", "rwkv")}, "choose one"),
        ({"config": ("encoder_decoder",)}, "preprocess it with --semantic"),
        ({"config": ("rwkv_semantic",)}, "preprocess it with --semantic"),
        ({"override": ("NUM_TOKENS=8",)}, "The data has tokens up to 15, more than NUM_TOKENS=8"),
        ({"override": ("NUM_QUANTIZERS=4",)}, "less than NUM_QUANTIZERS=4"),
        ({"override": ("NUM_TOKEN=8",)}, "is it NUM_TOKENS"),
        ({"override": ("VAE_PATH='nowhere.ts'",)}, "VAE_PATH is for modulated models"),
    ],
    ids=lambda value: str(next(iter(value.values()))) if isinstance(value, dict) else "",
)
def test_what_is_refused(train, words, said):
    refused(train(code=1, **words), said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--ema", "1"), "--ema must lie between"),
        (("--pretrained_embedding", "nowhere.ts"), "There is no file 'nowhere.ts'"),
    ],
)
def test_flags_that_are_refused(train, words, said):
    refused(train(*words, code=1), said)


@pytest.mark.parametrize(
    ("name", "override", "said"),
    [
        ("modulated_alibi", "NUM_SEMANTIC_FEATURES=7", "has 5 features, not 7"),
        ("modulated_alibi", "VAE_PATH='nowhere.ts'", "There is no file 'nowhere.ts'"),
        ("encoder_decoder", "NUM_ENCODER_TOKENS=9", "--override NUM_ENCODER_TOKENS=13 makes room"),
        ("encoder_decoder", "dataset.encoder_key='semantic_features'", "are features in this data"),
        ("encoder_decoder", "attention.Decoder.encoder_out_ratio=2", "a value each 4 latents"),
    ],
)
def test_steering_that_is_refused(train, steered, name, override, said):
    refused(train(config=(name,), data=steered, override=(override,), code=1), said)


def refused(output, said):
    lines = [line for line in output.splitlines() if line.startswith("Error")]
    assert len(lines) == 1
    assert said in lines[0]
    assert lines[0].endswith((".", "?"))
    assert not list(Path().rglob("*.ckpt"))
