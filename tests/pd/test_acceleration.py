"""`accelerate` and `precision` of nn~: flags, messages, changes while it plays, the environment."""

import numpy as np
import pytest
from test_messages import RATE, Talk

import nn_tilde

# What the tests' own environment may say does not count here.
DEFAULTS = {"NN_TILDE_ACCELERATE": "1", "NN_TILDE_PRECISION": "exact"}


def talk(arguments: str, *messages: str, **options) -> Talk:
    return Talk(arguments, **options).send(*messages)


def test_layers_are_accelerated_and_exact_at_first(pd, models, folder):
    ran = talk("stack forward 512", "accelerate", "dump").run(pd, folder, models, environment=DEFAULTS)
    assert ran.errors == []
    assert ran.printed("info")[:2] == ["accelerate 1", "precision exact"]
    assert ran.printed("info")[-2:] == ["accelerate 1", "precision exact"]
    assert "accelerated: yes, exact" in ran.console


def test_flags(pd, models, folder):
    spoken = talk("stack forward 512", "precision", flags="-accelerate 0 -precision half")
    ran = spoken.run(pd, folder, models, environment=DEFAULTS)
    assert ran.errors == []
    assert ran.printed("info") == ["accelerate 0", "precision half"]


def test_two_threads_sound_as_one(one_pd, models, folder):
    """Flag and message; the same samples as the host on one."""
    spoken = Talk("stack forward 512", flags="-threads 2")
    source = spoken.patch.obj("noise~")
    spoken.patch.connect(source, 0, spoken.nn, 0)
    spoken.patch.record([(source, 0), (spoken.nn, 0)], 22016, 550)
    spoken.patch.at(580, "threads, threads 1, threads, threads 3", spoken.nn)
    ran = spoken.run(one_pd, folder, models, ms=700, environment=DEFAULTS)
    assert len(ran.errors) == 1
    assert "threads takes nothing, 1 or 2, not '3'" in ran.errors[0]
    assert ran.printed("info") == ["threads 2", "threads 1"]
    played, heard = ran.audio()
    alone = nn_tilde.Host(models / "stack.ts", block=512, vector=64, threaded=True, accelerate=True, precision="exact")
    np.testing.assert_array_equal(heard, alone.process(played[None])[0])


def test_a_model_without_layers_says_so_when_asked(one_pd, models, folder):
    ran = talk("gain", "accelerate 1", "accelerate").run(one_pd, folder, models, environment=DEFAULTS)
    assert ran.errors == []
    assert ran.printed("info") == ["accelerate 0", "precision exact"]
    assert ran.console.count("no layers that packed kernels make faster") == 1


def test_messages_change_it_while_it_plays_without_a_click(pd, models, folder):
    spoken = Talk("gain forward 512").constant(1).send("set gain 0.5")
    for i, message in enumerate(("accelerate 0", "precision half", "accelerate 1", "precision exact")):
        spoken.patch.at(100 + 100 * i, message, spoken.nn)
    spoken.patch.at(550, "get gain, accelerate", spoken.nn)
    spoken.patch.record([(spoken.nn, 0)], 26460, 650)
    ran = spoken.run(pd, folder, models, ms=700, environment=DEFAULTS)
    assert ran.errors == []
    assert ran.printed("info")[0] == "get gain 0.5"
    assert ran.printed("info")[2] == "precision exact"
    heard = ran.audio()[0][int(0.09 * RATE) :]
    np.testing.assert_allclose(heard, 0.5, atol=1e-4)


def test_it_sounds_as_without(one_pd, models, folder):
    """From the first sample on, against the plain model in a host of its own."""
    spoken = Talk("stack forward 512")
    source = spoken.patch.obj("noise~")
    spoken.patch.connect(source, 0, spoken.nn, 0)
    spoken.patch.record([(source, 0), (spoken.nn, 0)], 22016, 550)
    ran = spoken.run(one_pd, folder, models, ms=600, environment=DEFAULTS)
    assert ran.errors == []
    played, heard = ran.audio()
    plain = nn_tilde.Host(models / "stack.ts", block=512, vector=64, threaded=True, accelerate=False)
    expected = plain.process(played[None])[0]
    assert np.abs(expected).max() > 0
    np.testing.assert_allclose(heard, expected, atol=1e-4 * np.abs(expected).max())


def test_before_there_is_a_model_it_is_for_the_one_to_come(one_pd, models, folder):
    spoken = talk("void 1 1 512", "accelerate 0", "precision bf16", "accelerate", "load stack", "accelerate")
    ran = spoken.run(one_pd, folder, models, environment=DEFAULTS)
    assert ran.errors == []
    assert ran.printed("info") == ["accelerate 0", "precision bf16", "loaded 1", "accelerate 0", "precision bf16"]


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("precision double", "precision takes nothing, `exact`, `half` or `bf16`, not 'double'"),
        ("accelerate half", "accelerate takes nothing, 0 or 1, not 'half'"),
    ],
)
def test_an_unknown_value_is_one_line_and_changes_nothing(pd, models, folder, message, sentence):
    spoken = talk("stack forward 512", message, "precision", flags="-precision half")
    ran = spoken.run(pd, folder, models, environment=DEFAULTS)
    assert len(ran.errors) == 1
    assert sentence in ran.errors[0]
    assert ran.printed("info")[-1] == "precision half"


def test_an_unknown_precision_as_a_flag_is_one_line_and_the_object_plays(one_pd, models, folder):
    spoken = talk("gain forward 256", "bang", "precision", flags="-precision double")
    ran = spoken.run(one_pd, folder, models, environment=DEFAULTS)
    assert len(ran.errors) == 1
    assert "exact, half or bf16, not 'double'" in ran.errors[0]
    assert "loaded 1" in ran.printed("info")
    assert ran.printed("info")[-1] == "precision exact"


def test_the_environment_has_the_defaults(one_pd, models, folder):
    environment = {"NN_TILDE_ACCELERATE": "0", "NN_TILDE_PRECISION": "bf16"}
    ran = talk("stack", "accelerate").run(one_pd, folder, models, environment=environment)
    assert ran.errors == []
    assert ran.printed("info") == ["accelerate 0", "precision bf16"]
    environment = {"NN_TILDE_ACCELERATE": "", "NN_TILDE_PRECISION": "fp8"}
    ran = talk("stack", "precision").run(one_pd, folder, models, environment=environment)
    assert len(ran.errors) == 1
    assert "NN_TILDE_PRECISION is exact, half or bf16, not 'fp8'." in ran.errors[0]
    assert ran.printed("info")[-1] == "precision exact"
