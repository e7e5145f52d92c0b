"""A real training: the QuickStart network learns pops, and plays a rate that goes down and up again.

    python scripts/mtcrnn_run.py FOLDER [--steps 8000] [--onehot]

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
NETWORK = "--prop rate --hidden_size 256 --n_layers 4 --tfr 0.9"
RECIPE = "--seq_len 512 --batch_size 16 --stateful --lr 1e-3 --workers 1"  # the state goes on from window to window


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--onehot", action="store_true", help="hear audio one-hot: learns faster")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    cli = [sys.executable, "-c", "from nn_tilde.mtcrnn.cli import main; main()"]
    train = f"{NETWORK} {RECIPE} --num_steps {options.steps} --checkpoint 500" + " --onehot" * options.onehot
    follow = "--model_dir output/run --takes 8 --seconds 20 --plot follow.png --json follow.json"
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
