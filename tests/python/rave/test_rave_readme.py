"""The commands of the README that users of RAVE follow, typed as printed there.

Paths and X stand for something else on every machine; what is appended keeps the models small.
"""

from __future__ import annotations

import shlex

import numpy as np
import pytest
import soundfile
from rave_runs import call, tone

import nn_tilde

SMALL = (
    "--override CAPACITY=4 --override PHASE_1_DURATION=1 --batch 1 --n_signal 71680 --workers 0 --gpu -1 --smoke_test"
)
# As printed, and what the test appends; "(--flag)" is typed with and without.
COMMANDS = [
    ("rave preprocess --input_path /audio/folder --output_path /dataset/path --channels X (--lazy)", ""),
    (
        "rave train --config v2 --db_path /dataset/path --out_path /model/out --name give_a_name --channels X",
        SMALL.replace("--smoke_test", "--max_steps 1"),
    ),
    ("rave train --config discrete ...", f"--db_path /dataset/path --out_path /model/out --name d {SMALL}"),
    (
        "rave train --config discrete --config causal ...",
        f"--db_path /dataset/path --out_path /model/out --name c {SMALL}",
    ),
    (
        "rave train --config v2 --augment mute --augment compress",
        f"--db_path /dataset/path --out_path /model/out --name a {SMALL}",
    ),
    ("rave export --run /path/to/your/run (--streaming)", ""),
    (
        "rave train_prior --model /path/to/your/run --db_path /dataset/path --out_path /path/to/output",
        "--batch 1 --workers 0 --gpu -1 --smoke_test",
    ),
    ("rave export --run /path/to/your/run --prior /path/to/your/prior (--streaming)", ""),
    ("rave generate model_path path_1 path_2 --out out_path", ""),
]


def test_nothing_is_left_out(fixtures):
    """The lines above are those of the README, where it is at hand."""
    readme = fixtures.parent / "seeds" / "rave.md"
    if not readme.is_file():
        pytest.skip(f"no README at '{readme}'")
    printed = [line for line in readme.read_text().splitlines() if line.startswith("rave ")]
    printed = [line.replace("/path/to/your_preprocessed_data", "/dataset/path") for line in printed]
    assert printed == [line for line, _ in COMMANDS]


@pytest.mark.parametrize("channels", [1, 2])
def test_the_whole_path(tmp_path, channels):
    (tmp_path / "audio").mkdir()
    for i in range(3):
        soundfile.write(tmp_path / "audio" / f"{i}.wav", tone(4.0, channels=channels), 44100)
    soundfile.write(tmp_path / "one.wav", tone(1.0, channels=channels), 44100)
    places = {
        "/audio/folder": "audio",
        "/dataset/path": "data",
        "/model/out": "runs",
        "/path/to/your/run": "runs/give_a_name",
        "/path/to/output": "priors",
        "model_path": "runs/give_a_name",
        "path_1": "one.wav",
        "path_2": "audio",
        "out_path": "generations",
        "X": str(channels),
    }
    for printed, appended in COMMANDS:
        text = f"{printed.replace('...', '')} {appended}"
        for line in {text.replace("(", "").replace(")", ""), text.partition("(")[0]} if "(" in text else {text}:
            if channels == 2 and ("--config discrete" in line or "--augment" in line):
                continue  # done in mono
            if "/path/to/your/prior" in line:
                (places["/path/to/your/prior"],) = [str(p) for p in (tmp_path / "priors").iterdir()]
            if "--lazy" in line:
                places["/dataset/path"] = "lazy_data"
            call(*(places.get(word, word) for word in shlex.split(line)[1:]), cwd=tmp_path)
            places["/dataset/path"] = "data"
    assert (tmp_path / "data" / "metadata.yaml").is_file()
    assert (tmp_path / "lazy_data" / "metadata.yaml").is_file()
    written = sorted(p.relative_to(tmp_path / "generations").name for p in (tmp_path / "generations").rglob("*.wav"))
    assert written == ["0.wav", "1.wav", "2.wav", "one.wav"]
    y, _ = soundfile.read(tmp_path / "generations" / "one.wav", always_2d=True)
    assert y.shape == (44100, channels)
    (file,) = (tmp_path / "runs" / "give_a_name").glob("*_streaming.ts")
    host = nn_tilde.Host(file, "prior")
    assert set(host.methods) == {"encode", "decode", "forward", "prior"}
    assert np.isfinite(host.process(np.zeros((1, 8192), np.float32))).all()
