"""A folder of recordings with parameter files, small enough to train on in a second."""

import json

import numpy as np
import soundfile

RATE = 1000  # Hz
SECONDS = 2.0


def write_data(folder):
    """Three recordings `<i>.wav`, each with the parameters rate (constant), a and b (ramps)."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    for i in range(3):
        t = np.arange(int(RATE * SECONDS)) / RATE
        sound = 0.5 * np.sin(2 * np.pi * 40 * (i + 1) * t) + random.normal(0, 0.01, len(t))
        soundfile.write(folder / f"{i}.wav", sound, RATE)
        curves = {"rate": [i / 2, i / 2], "a": [0.0, 1.0], "b": [1.0, i / 4]}
        params = {
            name: {"times": [0, SECONDS], "values": values, "units": "norm", "nvals": 0, "minval": 0, "maxval": 1}
            for name, values in curves.items()
        }
        (folder / f"{i}.params").write_text(json.dumps({"meta": {"filename": f"{i}.wav"}, **params}))
