"""What the README tells a newcomer to type works."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def beside_the_readme(tmp_path, monkeypatch):
    """A folder as it is after `make demo`, with a recording and a folder of songs."""
    monkeypatch.chdir(tmp_path)
    sound = np.random.default_rng(0).uniform(-0.1, 0.1, (20_000, 2))
    (tmp_path / "songs").mkdir()
    for name in ("my.wav", "songs/one.wav", "songs/two.flac"):
        soundfile.write(name, sound, 44100)
    subprocess.run(
        [sys.executable, ROOT / "scripts" / "demo.py", "--input", "my.wav"],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return tmp_path


def test_python_blocks_run(beside_the_readme):
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(blocks) >= 2
    for number, block in enumerate(blocks):
        script = beside_the_readme / f"block{number}.py"
        script.write_text(block, encoding="utf-8")
        done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
    assert soundfile.info("out.wav").frames == 20_000
    assert Path("gain.ts").exists()


def test_commands_run(beside_the_readme):
    commands = [line.split("#")[0] for line in README.splitlines() if line.startswith("nntilde ")]
    assert len(commands) >= 6
    (beside_the_readme / "my_model.ts").write_bytes(Path("demo-out/tape_echo.ts").read_bytes())
    for command in commands:
        if "download" in command:  # the hub has tests of its own, against a local server
            continue
        arguments = shlex.split(command)[1:]
        code = "from nn_tilde.cli import main; main()"
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, command + done.stderr
    assert Path("my.tape_echo.wav").exists()
    assert sorted(p.name for p in Path("out").iterdir()) == ["one.wav", "two.flac"]
    assert Path("load.png").exists()
    assert Path("demo-out/my.echo.png").stat().st_size > 10_000


def test_links_lead_somewhere():
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        text = re.sub(r"`[^`\n]*`", "", page.read_text(encoding="utf-8"))  # names of files may look like links
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
            assert link.startswith("http") or (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_demo_has_a_loop_of_its_own_where_no_recording_can_be_had(tmp_path):
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'scripts')!r})\n"
        "import demo, pathlib; demo.synthesised(pathlib.Path(sys.argv[1]))"
    )
    path = tmp_path / "loop.wav"
    subprocess.run([sys.executable, "-c", code, path], check=True, timeout=120)
    audio, rate = soundfile.read(path)
    assert audio.size == 4 * rate
    assert 0.1 < np.abs(audio).max() <= 1
