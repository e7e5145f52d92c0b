"""`msprior generate`: sound files of a prompt and of what a prior makes of it."""

import re
from fractions import Fraction

import numpy as np
import pytest
import soundfile
import torch
from msprior_exports import RATE, RATIO, exported, quick
from msprior_raves import tiny_rave
from msprior_stand_in import Vae, instrument, save_rave

import nn_tilde
from nn_tilde.export.torchscript import quiet, script
from nn_tilde.msprior.combine import combine
from nn_tilde.msprior.generate import Options, Player, generate
from nn_tilde.msprior.playing import Pieces
from nn_tilde.msprior.steering import Steering

PROMPT = 7 * RATIO  # samples of it that are heard: seven frames, and not the piece after them


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """Folder with prior.ts, rave.ts, both.ts, steered.ts, prompt.wav."""
    folder = tmp_path_factory.mktemp("generate")
    exported(folder, "recurrent", "NUM_TOKENS=32").rename(folder / "prior.ts")
    exported(folder, "encoder_decoder_continuous", "NUM_TOKENS=32").rename(folder / "steered.ts")
    tiny_rave(folder, "discrete", streaming=True).rename(folder / "rave.ts")
    combine(folder / "prior.ts", folder / "rave.ts", folder / "both.ts")
    sound = np.random.default_rng(0).uniform(-0.5, 0.5, PROMPT + 100).astype(np.float32)
    soundfile.write(folder / "prompt.wav", sound, RATE, subtype="FLOAT")
    return folder


@pytest.fixture(autouse=True)
def here(work, monkeypatch):
    monkeypatch.chdir(work)


def made(*words, files=("--model", "both.ts"), out="out.wav"):
    """What the command says, and the samples [n, C] that it wrote."""
    said = quick("generate", *files, "--out", out, "--seconds", 0.5, "--noprogress", *words)
    sound, rate = soundfile.read(out, always_2d=True)
    assert rate == RATE
    return said, sound


def test_two_files_and_one_of_both_make_the_same():
    said, sound = made("--seed", 3)
    assert len(sound) == RATE // 2
    assert sound.std() > 1e-3
    assert re.search(r"out.wav: [\d.]+ × real time, mean perplexity \d+\.\d", said)
    assert "Seed: 3" in said
    _, other = made("--seed", 3, files=("--prior", "prior.ts", "--rave", "rave.ts"))
    assert np.array_equal(sound, other)
    assert not np.array_equal(made("--seed", 4)[1], sound)


def test_takes_are_of_seeds_in_a_row():
    quick("generate", "--model", "both.ts", "--takes", 3, "--seed", 5, "--seconds", 0.2, "--out", "take.wav")
    takes = [soundfile.read(f"take_{i}.wav")[0] for i in (1, 2, 3)]
    quick("generate", "--model", "both.ts", "--seed", 6, "--seconds", 0.2, "--out", "second.wav", "--noprogress")
    assert np.array_equal(takes[1], soundfile.read("second.wav")[0])
    assert not np.array_equal(takes[1], takes[2])


def test_prompt_is_heard_unless_it_is_not_wanted():
    words = ("--prompt", "prompt.wav", "--seed", 1)
    _, whole = made(*words)
    assert len(whole) == PROMPT + RATE // 2
    _, rest = made(*words, "--noecho")
    assert np.array_equal(whole[PROMPT:], rest)
    assert not np.array_equal(made("--seed", 1)[1], rest)
    assert not np.array_equal(made(*words, "--temperature", 0.0)[1][PROMPT:], rest)
    assert not np.array_equal(made(*words, "--top_p", 0.2)[1][PROMPT:], rest)


def test_prompts_of_other_rates_and_channels():
    sound = np.random.default_rng(0).uniform(-0.5, 0.5, (2 * PROMPT + 200, 2))
    soundfile.write("stereo.flac", sound, 2 * RATE)
    assert len(made("--prompt", "stereo.flac", out="out.flac")[1]) == PROMPT + RATE // 2


class Late(nn_tilde.Module):
    """A RAVE of one latent, 2·sound, whose latents come two frames late and whose sound 5 samples."""

    def __init__(self):
        super().__init__(1000)
        self.register_buffer("latents", torch.zeros(1, 1, 2))
        self.register_buffer("audio", torch.zeros(1, 1, 5))
        self.register_method("encode", 1, 1, 1, 8, test_method=False, delay=16)
        self.register_method("decode", 1, 8, 1, 1, test_method=False, delay=5)
        self.register_method("forward", 1, 1, 1, 1, test_method=False, delay=21)

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        both = torch.cat([self.latents, 2 * x.reshape(1, 1, -1, 8).mean(-1)], 2)
        self.latents = both[..., -2:]
        return both[..., :-2]

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        both = torch.cat([self.audio, z.repeat_interleave(8, 2) / 2], 2)
        self.audio = both[..., -5:]
        return both[..., :-5]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.decode(self.encode(x))


def test_the_prior_goes_on_where_the_prompt_ends(tmp_path):
    """What is late in a RAVE is neither heard nor listened to."""
    Late().export_to_ts(tmp_path / "rave.ts")
    prior = instrument(quantizers=1, continuous=True, num_tokens=64)
    prior.export_to_ts(tmp_path / "prior.ts")
    levels = np.random.default_rng(0).uniform(-0.7, 0.7, 41).astype(np.float32)
    soundfile.write(tmp_path / "prompt.wav", levels.repeat(8), 1000, subtype="FLOAT")
    player = Player(tmp_path / "prior.ts", tmp_path / "rave.ts")
    options = Options(seconds=0.1, prompt=tmp_path / "prompt.wav")
    done = generate(player, tmp_path / "out.wav", 0, options)
    sound, _ = soundfile.read(tmp_path / "out.wav")
    assert len(sound) == 41 * 8 + 100
    np.testing.assert_allclose(sound[: 41 * 8], levels.repeat(8), atol=0.06)  # within a class
    # The same prior, hearing the same latents, goes on in the same way.
    with torch.inference_mode():
        prior.set_seed(0)
        prior(torch.from_numpy(2 * levels)[None, None])
        prior.set_listen(False)
        expected = prior(torch.zeros(1, 1, 14))
    np.testing.assert_allclose(sound[41 * 8 :: 8][:12], (expected[0, 0, :12] / 2).clamp(-1, 1), atol=1e-5)
    assert done.frames >= 13
    assert done.perplexity == pytest.approx(float(expected[0, 1].mean()), rel=0.1)


@pytest.mark.parametrize("ratio", [8, 12])
def test_all_of_a_prompt_is_heard_by_a_rave_that_is_never_late(tmp_path, ratio):
    """RAVEs of others declare no delay. Hosts make powers of two of blocks, which need not be whole frames."""
    rave = save_rave(tmp_path / "rave.ts", ratio=ratio)
    instrument(continuous=True, num_tokens=64, ratio=ratio).export_to_ts(tmp_path / "prior.ts")
    levels = np.random.default_rng(0).uniform(-0.7, 0.7, 41).astype(np.float32)
    soundfile.write(tmp_path / "prompt.wav", levels.repeat(ratio), 1000, subtype="FLOAT")
    player = Player(tmp_path / "prior.ts", rave)
    generate(player, tmp_path / "out.wav", 0, Options(seconds=0.1, prompt=tmp_path / "prompt.wav"))
    sound, _ = soundfile.read(tmp_path / "out.wav")
    assert len(sound) == 41 * ratio + 100
    mean = (levels + np.append(0, levels[:-1])) / 2  # what the encoder makes of it; the decoder squeezes it
    np.testing.assert_allclose(sound[: 41 * ratio : ratio], np.tanh(2.5 * mean), atol=0.1)


# What steers.


class Semantics(nn_tilde.Module):
    """Means of a stretch of sound, of five inlets."""

    def __init__(self, step: int, rate: int = RATE, outlets: int = 5):
        super().__init__(rate)
        self.step, self.outlets = step, outlets
        self.register_method("features", 1, 1, outlets, step)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        return x.reshape(x.shape[0], 1, -1, self.step).mean(-1).repeat(1, self.outlets, 1)


def taken(model, prompt, sound, frames):
    pieces = Pieces(Steering(model, 5, Fraction(RATIO, RATE), RATE).values(prompt, sound), 5)
    return np.concatenate([pieces.take(3), pieces.take(frames - 3)], 1)[0].tolist()


@pytest.mark.parametrize(("step", "each"), [(4 * RATIO, 4), (RATIO, 1), (RATIO // 2, 1)])
def test_values_of_a_sound_are_held_and_the_sound_repeated(tmp_path, step, each):
    Semantics(step).export_to_ts(tmp_path / "semantic.ts")
    size = each * RATIO
    for name, levels in (("prompt", [0.25]), ("sound", [0.5, 0.75])):
        soundfile.write(tmp_path / f"{name}.wav", np.repeat(levels, size), RATE, subtype="FLOAT")
    prompt, sound = tmp_path / "prompt.wav", tmp_path / "sound.wav"
    got = taken(tmp_path / "semantic.ts", prompt, sound, 5 * each)
    assert got == list(np.repeat([0.25, 0.5, 0.75, 0.5, 0.75], each))
    assert taken(tmp_path / "semantic.ts", prompt, None, 3 * each + 3) == [0.25] * (3 * each + 3)


class LateSemantics(nn_tilde.Module):
    """The sound of two frames ago, in each of five inlets."""

    def __init__(self):
        super().__init__(RATE)
        self.step = RATIO
        self.register_buffer("before", torch.zeros(1, 1, 2))
        self.register_method("features", 1, 1, 5, RATIO, test_method=False, delay=2 * RATIO)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        both = torch.cat([self.before, x.reshape(1, 1, -1, self.step).mean(-1)], 2)
        self.before = both[..., -2:]
        return both[..., :-2].repeat(1, 5, 1)


def test_what_is_late_of_a_sound_that_is_over_at_once(tmp_path):
    LateSemantics().export_to_ts(tmp_path / "semantic.ts")
    soundfile.write(tmp_path / "short.wav", np.full(RATIO, 0.5), RATE, subtype="FLOAT")
    assert taken(tmp_path / "semantic.ts", None, tmp_path / "short.wav", 5) == [0.5] * 5
    assert taken(tmp_path / "semantic.ts", tmp_path / "short.wav", None, 5) == [0] * 5


class OneOfEach(Semantics):
    """A token and a feature, of one outlet both."""

    def __init__(self):
        super().__init__(RATIO, outlets=1)
        self.register_method("tokens", 1, 1, 1, RATIO, output_labels=["(signal) semantic tokens"])
        self.register_method("crest", 1, 1, 1, RATIO, output_labels=["(signal) semantic feature 0"])
        self._methods.remove("features")

    def tokens(self, x: torch.Tensor) -> torch.Tensor:
        return self.features(x) * 0 + 7

    def crest(self, x: torch.Tensor) -> torch.Tensor:
        return self.features(x)


def test_features_do_not_take_tokens_nor_the_other_way_round(tmp_path):
    OneOfEach().export_to_ts(tmp_path / "semantic.ts")
    soundfile.write(tmp_path / "sound.wav", np.full(RATIO, 0.5), RATE, subtype="FLOAT")
    for tokens, value in ((True, 7), (False, 0.5)):
        steering = Steering(tmp_path / "semantic.ts", 1, Fraction(RATIO, RATE), RATE, tokens=tokens)
        assert next(steering.values(None, tmp_path / "sound.wav")).tolist() == [[value]]


def test_a_sound_steers(tmp_path):
    Semantics(4 * RATIO).export_to_ts(tmp_path / "semantic.ts")
    files = ("--prior", "steered.ts", "--rave", "rave.ts")
    said, still = made("--seed", 1, files=files)
    assert "semantic inlets of this prior are at 0" in said
    words = ("--semantic_model", tmp_path / "semantic.ts", "--semantic", tmp_path / "loud.wav")
    soundfile.write(tmp_path / "loud.wav", np.ones(4 * RATIO) * 0.9, RATE, subtype="FLOAT")
    said, moved = made("--seed", 1, *words, files=files)
    assert "Note" not in said
    assert not np.array_equal(moved, still)
    assert np.array_equal(made("--seed", 1, *words, files=files)[1], moved)


def test_a_sound_steers_through_the_vae_of_a_prior(tmp_path):
    with quiet():
        vae = script(Vae(5))
    model = instrument(continuous=True, semantic="features", semantic_size=5, vae=vae, ratio=RATIO)
    model.export_to_ts(tmp_path / "prior.ts")
    Semantics(RATIO, 1000).export_to_ts(tmp_path / "semantic.ts")
    combine(tmp_path / "prior.ts", save_rave(tmp_path / "rave.ts", ratio=RATIO), tmp_path / "both.ts")
    soundfile.write(tmp_path / "sound.wav", np.full(RATIO, 0.5), 1000, subtype="FLOAT")
    for player in (Player(tmp_path / "both.ts"), Player(tmp_path / "prior.ts", tmp_path / "rave.ts")):
        options = Options(semantic=tmp_path / "sound.wav", semantic_model=tmp_path / "semantic.ts")
        assert player.extras == 2
        assert Pieces(player.begin(0, options), 2).take(3).tolist() == [[0.5] * 3] * 2


# What cannot be.


def test_refusals(work, tmp_path):
    Semantics(4 * RATIO).export_to_ts(tmp_path / "semantic.ts")
    Semantics(4 * RATIO, outlets=4).export_to_ts(tmp_path / "four.ts")
    Semantics(RATIO + 1).export_to_ts(tmp_path / "drift.ts")
    soundfile.write(tmp_path / "empty.wav", np.zeros(0), RATE)
    both = ["--model", "both.ts"]
    steered = ["--prior", "steered.ts", "--rave", "rave.ts", "--semantic", "prompt.wav"]
    for words, sentence in (
        ([], "Say what plays"),
        (["--prior", "prior.ts"], "Say what plays"),
        ([*both, "--rave", "rave.ts"], "Say what plays"),
        (["--model", "rave.ts"], "'rave.ts' has no prior inside"),
        (["--model", "prior.ts"], "'prior.ts' is not a RAVE file"),
        (["--prior", "rave.ts", "--rave", "rave.ts"], "is not a prior"),
        ([*both, "--seconds", "0"], "--seconds is more than 0, not 0."),
        ([*both, "--temperature", "-1"], "--temperature is 0 or more, not -1."),
        ([*both, "--top_p", "0"], "--top_p is above 0 and at most 1, not 0."),
        ([*both, "--noecho"], "there is no --prompt"),
        ([*both, "--prompt", "none.wav"], "There is no sound 'none.wav'."),
        ([*both, "--prompt", "both.ts"], "cannot be read"),
        ([*both, "--prompt", tmp_path / "empty.wav"], "is empty"),
        ([*both, "--semantic", "prompt.wav"], "--semantic needs --semantic_model"),
        ([*both, "--semantic_model", tmp_path / "semantic.ts"], "This prior has no semantic inlets"),
        ([*steered[:4], "--semantic_model", tmp_path / "semantic.ts"], "needs a sound to understand"),
        ([*steered, "--semantic_model", tmp_path / "four.ts"], "has no method that makes 5 values"),
        ([*steered, "--semantic_model", tmp_path / "drift.ts"], "so they drift"),
        ([*both, "--out", "new.mp4"], "does not end in .wav, .flac or .aiff"),
        ([*both, "--prompt", "prompt.wav", "--out", work / "prompt.wav"], "would take the place of 'prompt.wav'"),
    ):
        out = [] if "--out" in words else ["--out", "new.wav"]
        said = quick("generate", *words, *out, "--noprogress", code=1)
        assert sentence in said, (words, said)
        assert said.strip().count("\n") <= 1
    assert not (work / "new.wav").exists()
