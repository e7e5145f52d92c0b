"""Sounds for tests, written in every format; and the commands, as users type them."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile

SOUNDFILE = ("wav", "flac", "ogg", "opus", "mp3", "aiff")
AV = ("m4a", "aac", "mp4", "mkv")


def sound(seconds=1.0, rate=44100, channels=1, seed=0, level=0.3):
    """Noise below 4 kHz that any codec keeps, other in each channel: float32 [channels, T]."""
    frames = round(seconds * rate)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal((channels, frames)))
    spectrum[:, np.fft.rfftfreq(frames, 1 / rate) > 4000] = 0
    x = np.fft.irfft(spectrum, frames)
    return (level * x / np.abs(x).max()).astype(np.float32)


def write(path, x, rate=44100):
    """Write [channels, T] in the format that the name says."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    suffix = path.suffix.lower().lstrip(".")
    if suffix in AV:
        _encode_aac(path, x, rate, "adts" if suffix == "aac" else None)
        return path
    named = {"opus": {"format": "OGG", "subtype": "OPUS"}}.get(suffix, {})
    with soundfile.SoundFile(path, "w", rate, x.shape[0], **named) as file:
        for at in range(0, x.shape[1], 65536):  # libsndfile's encoders fail on very long writes
            file.write(x[:, at : at + 65536].T)
    return path


def _encode_aac(path, x, rate, container):
    import av

    layout = {1: "mono", 2: "stereo"}[x.shape[0]]
    with av.open(str(path), "w", format=container) as out:
        stream = out.add_stream("aac", rate=rate, layout=layout)
        for at in range(0, x.shape[1], 1024):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(x[:, at : at + 1024]), "fltp", layout)
            frame.sample_rate, frame.pts = rate, at
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def alike(a, b):
    """Correlation of two signals over what they share."""
    n = min(a.shape[-1], b.shape[-1])
    a, b = a[..., :n], b[..., :n]
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def shell(line, timeout=120, **kwargs):
    """Run a command line as a user types it, with `rave` in the PATH."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        line, shell=True, capture_output=True, text=True, timeout=timeout, env={**os.environ, "PATH": path}, **kwargs
    )


def content(folder):
    """Bytes of every file of a folder, by name."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
