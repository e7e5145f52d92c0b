"""A real training: a network learns the QuickStart pops, and plays a rate that goes down and up again.

    python scripts/mtcrnn_run.py FOLDER [--steps 8000] [--hidden_size 256 --n_layers 4] [--scalar]

Smaller than QuickStart's network and hearing audio one-hot, it learns in a quarter of an hour of one core what that
one takes a night for; --scalar hears audio as QuickStart does.

Makes the dataset, trains (Ctrl-C stops; the same command goes on), and measures with mtcrnn_follow.py how well pops a
second follow the curve. In FOLDER: pops/, output/run/, follow.png, follow.json and run.log with what all of it said.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
RECIPE = "--prop rate --seq_len 256 --tfr 0.9 --batch_size 64 --lr 2e-3 --workers 1 --checkpoint 500"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--hidden_size", type=int, default=96)
    parser.add_argument("--n_layers", type=int, default=2)
    parser.add_argument("--scalar", action="store_true", help="hear audio as one number, not one-hot")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    cli = [sys.executable, "-c", "from nn_tilde.mtcrnn.cli import main; main()"]
    sizes = f"--hidden_size {options.hidden_size} --n_layers {options.n_layers}" + " --onehot" * (not options.scalar)
    train = f"{RECIPE} {sizes} --num_steps {options.steps}"
    follow = "--model_dir output/run --takes 16 --seconds 20 --plot follow.png --json follow.json"
    with open(options.folder / "run.log", "a") as log:
        if not (options.folder / "pops").exists():
            run([*cli, "pops", "pops"], options.folder, log)
        run([*cli, "train", "--data_dir", "pops", "--output_dir", "run", *train.split()], options.folder, log)
        run([sys.executable, str(HERE / "mtcrnn_follow.py"), *follow.split()], options.folder, log)


def run(command: list[str], folder: Path, log) -> None:
    """Runs it there, and copies what it says; ends with its code when it fails."""
    log.write("$ " + " ".join(Path(word).name if os.sep in word else word for word in command) + "\n")
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            log.write(line)
    except KeyboardInterrupt:
        process.wait()
    if process.wait():
        sys.exit(process.returncode)


if __name__ == "__main__":
    main()
