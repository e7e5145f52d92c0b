"""Everything at once, for long: a rendering and a live run under random messages, loads, deletions and DSP toggles.

NN_SOAK=1 (make soak) runs the long form: ten minutes of audio, 1000 toggles, 1000 loads, 200 objects."""

import os
import random
import subprocess
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from patch import EXTERNALS, Patch

import nn_tilde

RATE = 44100
LONG = os.environ.get("NN_SOAK") == "1"
MINUTES, TOGGLES, LOADS, OBJECTS, MESSAGES = (10, 1000, 1000, 200, 4000) if LONG else (0.5, 100, 100, 40, 400)

WORDS = ["gain", "pair", "table", "sound", "forward", "running", "stereo", "encode", "nowhere", "numbers", "void"]
ASKING = ["get", "dump", "bang", "get_methods", "get_attributes", "latency", "late", "stats"]
CHANGING = ["enable", "load", "method", "reload", "bufsize", "set", "reset", "track_buffers", "offline", "gpu"]
SELECTORS = [*ASKING, *CHANGING, "remove", "frob"]


def random_message(dice: random.Random, loads: bool) -> str:
    selector = dice.choice(SELECTORS)
    if selector in ("load", "reload", "bufsize", "gpu", "method") and not loads:
        selector = "set"
    if selector == "remove":
        return "remove nowhere"  # never a model that others play
    if selector == "set" and dice.random() < 0.6:
        return dice.choice(["set gain 0.5", "set pair 3 three", "set table numbers", "set sound numbers", "set gain 2"])
    if selector == "late" and dice.random() < 0.7:
        return dice.choice(["late hold", "late bypass", "late silence"])
    if selector == "latency" and dice.random() < 0.5:
        return "latency"  # `tight` measures each method, which takes long
    if selector == "offline":
        return "offline never"  # the storms say themselves whether they are live
    atoms = [dice.choice([dice.choice(WORDS), str(dice.choice([0, 1, -1, 256, 1000, 0.5, 1e30]))])
             for _ in range(dice.randrange(4))]  # fmt: skip
    return " ".join([selector, *atoms])


class Watch(threading.Thread):
    """Memory in MiB, threads and file descriptors of a process, ten times a second."""

    def __init__(self, process: subprocess.Popen):
        super().__init__(daemon=True)
        self.process, self.memory, self.threads, self.files = process, [], [], []

    def run(self):
        proc = Path(f"/proc/{self.process.pid}")
        while self.process.poll() is None:
            try:
                self.memory.append(int((proc / "statm").read_text().split()[1]) * 4096 / 2**20)
                self.threads.append(len(os.listdir(proc / "task")))
                self.files.append(len(os.listdir(proc / "fd")))
            except (OSError, IndexError):
                return
            time.sleep(0.1)


def storm(folder: Path, minutes: float, loads: int, toggles: int, objects: int, messages: int, seed: int) -> float:
    """Writes `storm.txt`, what happens when; returns its length in ms."""
    dice = random.Random(seed)
    length = minutes * 60000
    events = [(dice.uniform(100, length), "victim " + random_message(dice, loads=False)) for _ in range(messages)]
    # Each load ends the model before it.
    models = ["gain forward", "gain running", "gain stereo", "effects add", "effects midside", "gain rate"]
    events += [(dice.uniform(100, length), f"victim load {dice.choice(models)}") for _ in range(loads)]
    changes = ["bufsize 512", "bufsize 0", "bufsize 2048", "method running", "reload", "method midside", "load nowhere"]
    events += [(dice.uniform(100, length), f"victim {dice.choice(changes)}") for _ in range(loads // 2)]
    for at in (dice.uniform(100, length) for _ in range(toggles)):
        events += [(at, "pd dsp 0"), (at, "pd dsp 1")]
    names = ["gain running 256", "effects thru", "gain stereo 512", "nowhere", "void 2 2", "gain forward 0"]
    for at in (dice.uniform(100, length) for _ in range(objects)):
        events += [(at, f"pd-pool obj 10 10 nn~ {dice.choice(names)}"), (at + dice.uniform(0, 300), "pd-pool clear")]
    last, lines = 0.0, []
    for at, what in sorted(events, key=lambda event: event[0]):
        lines.append(f"{at - last:.4f} {what};")
        last = at
    (folder / "storm.txt").write_text("\n".join(lines) + "\n")
    return max(length, last)


def stormy(length: float, record: bool) -> Patch:
    patch = Patch()
    patch.lines.append("#N canvas 0 0 300 200 pool 0;\n#X restore 10 10 pd pool;")
    patch.array("numbers", 300)
    victim = patch.obj("nn~ void 2 2 512")
    patch.chain(patch.obj("r victim"), victim)
    noise = [patch.obj("noise~") for _ in range(2)]
    for i in range(2):
        patch.connect(noise[i], 0, victim, i)
    calm = patch.obj("nn~ gain running 1024")  # nobody disturbs it, so it must not be disturbed
    patch.connect(noise[0], 0, calm, 0)
    if record:
        writer = patch.obj("writesf~ 2")
        patch.connect(noise[0], 0, writer, 0)
        patch.connect(calm, 0, writer, 1)
        patch.at(0, "open -wave -bytes 4 storm.wav, start", writer)
        patch.at(length + 100, "stop", writer)
    notes = patch.obj("qlist")
    patch.at(0, "read storm.txt, bang", notes)
    return patch


def run(pd, folder: Path, models: list[Path], patch: Patch, ms: float, batch: bool, timeout: float):
    patch.at(0, "pd dsp 1")
    patch.at(ms, "pd quit")
    (folder / "patch.pd").write_text(patch.text())
    command = [pd.program, "-nogui", "-stderr", "-noprefs", "-batch" if batch else "-nosound"]
    command += [part for path in (EXTERNALS, *models) for part in ("-path", str(path))] + ["patch.pd"]
    with (folder / "console").open("w") as console:
        process = subprocess.Popen(command, cwd=folder, stdout=console, stderr=console)
        watch = Watch(process)
        watch.start()
        try:
            status = process.wait(timeout)
        finally:
            process.kill()
        watch.join()
    text = (folder / "console").read_text(errors="replace")
    assert status == 0, text[-3000:]
    return watch, text


def flat(watch: Watch, minutes: float, what: str) -> None:
    """The second half of a run needs no more memory, threads and files than its middle."""
    middle = len(watch.memory) // 2
    late = np.array(watch.memory[middle:])
    slope = np.polyfit(np.linspace(0, minutes / 2, late.size), late, 1)[0] if late.size > 2 else 0.0
    seen = {name: values[middle:] for name, values in (("threads", watch.threads), ("files", watch.files))}
    steady = ", ".join(f"{name} {min(values)}…{max(values)}" for name, values in seen.items())
    print(
        f"\n{what}: {watch.memory[middle]:.0f} MiB at half time, {late[-1]:.0f} at the end, "
        f"slope {slope:+.2f} MiB a minute of audio; {steady}"
    )
    third = max(late.size // 3, 1)
    assert np.median(late[-third:]) - np.median(late[:third]) < 25, "memory grows"
    # Loads have threads and files while they last; between them there are as many as before.
    for name, values in seen.items():
        assert min(values[-third:]) <= min(values[:third]), f"{name} grow"


@pytest.mark.parametrize("seed", [1])
def test_a_rendering_in_a_storm(pd, models, demos, folder, seed):
    if LONG and pd.bits == 64:
        pytest.skip("the long form runs once per version of Pd")
    length = storm(folder, MINUTES, LOADS, TOGGLES, OBJECTS, MESSAGES, seed)
    watch, text = run(pd, folder, [models, demos], stormy(length, record=True), length + 20000, True, 3000)
    assert "error: nn~: " in text, "the storm holds malformed messages"
    flat(watch, MINUTES, f"rendering {MINUTES} min on {pd}")
    audio, _ = soundfile.read(folder / "storm.wav", dtype="float32", always_2d=True)
    assert audio.shape[0] > 0.99 * MINUTES * 60 * RATE
    host = nn_tilde.Host(models / "gain.ts", "running", 1024, vector=64, threaded=True)
    at, differing = 0, 0
    while at < audio.shape[0]:
        part = np.ascontiguousarray(audio[at : at + 64 * 4096].T)
        part = part[:, : part.shape[1] // 64 * 64]
        if not part.shape[1]:
            break
        differing += np.count_nonzero(host.process(part[:1])[0] != part[1])
        at += part.shape[1]
    assert differing == 0


def test_live_in_a_storm(one_pd, models, demos, folder):
    """By the clock, blocks late when they are, loads in the background under random messages."""
    minutes = 2 if LONG else 0.12
    length = storm(folder, minutes, int(200 * minutes), int(100 * minutes), int(300 * minutes), int(1500 * minutes), 2)
    patch = stormy(length, record=False)
    patch.at(1, "victim offline 0")
    watch, text = run(one_pd, folder, [models, demos], patch, length + 500, False, 600)
    assert "error: nn~: " in text
    flat(watch, minutes, f"live for {minutes} min")
