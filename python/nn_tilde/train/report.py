"""report.html: one page that shows a run to someone who has nothing but the page."""

from __future__ import annotations

import base64
import io
import os
from html import escape
from pathlib import Path

import numpy as np

from .metrics import History
from .run import Run
from .task import Evaluation, Sound

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2rem }
pre { background: #f4f4f4; padding: .7rem; overflow-x: auto; white-space: pre-wrap }
img { max-width: 100% } audio { width: 100% }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: .6rem }
figure { margin: 0 } figcaption { font-size: .85rem; color: #555 }
"""


def write_report(run: Run, step: int, history: History, evaluation: Evaluation | None) -> Path:
    """(Re)writes the page of `run` after `step` updates; all pictures and sounds are inside it."""
    about = run.about
    parts = [
        f"<h1>{escape(run.folder.name)}</h1>",
        f"<p>{escape(run.kind)}, {step} steps.</p>",
        _section("Command", f"<pre>{escape(about.get('command', ''))}</pre>"),
    ]
    from .figures import curve, pixels, png

    curves = [
        _picture(png(pixels(curve(c["steps"], c["values"], name))), name) for name, c in sorted(history.curves.items())
    ]
    parts.append(_section("Curves", _grid(curves)))
    if evaluation is not None:
        parts += [_section(name, _picture(png(picture), name)) for name, picture in evaluation.pictures.items()]
        parts.append(_section("Sounds", _grid([_player(sound) for sound in evaluation.sounds if sound.page])))
    parts.append(_section("Configuration", f"<pre>{escape(run.config)}</pre>"))
    parts.append(_section("Made with", f"<pre>{escape(_provenance(about))}</pre>"))
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(run.folder.name)}</title>'
        f"<style>{STYLE}</style>{''.join(parts)}</html>\n"
    )
    path = run.folder / "report.html"
    beside = path.with_name(".report.html.part")
    beside.write_text(page, encoding="utf-8")
    os.replace(beside, path)
    return path


def _provenance(about: dict) -> str:
    lines = [f"{name} {version}" for name, version in about.get("versions", {}).items()]
    if about.get("git"):
        lines.append(f"revision {about['git']}")
    lines += [f"started {s['started']} at step {s['step']}" for s in about.get("sessions", [])]
    return "\n".join(lines)


def _section(title: str, body: str) -> str:
    return f"<h2>{escape(title)}</h2>{body}" if body else ""


def _grid(items: list[str]) -> str:
    return f'<div class="grid">{"".join(items)}</div>' if items else ""


def _uri(data: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _picture(data: bytes, alt: str) -> str:
    return f'<img alt="{escape(alt)}" src="{_uri(data, "image/png")}">'


def _player(sound: Sound) -> str:
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, np.clip(sound.samples, -1, 1).T, sound.rate, format="FLAC", subtype="PCM_16")
    source = _uri(buffer.getvalue(), "audio/flac")
    return f'<figure><figcaption>{escape(sound.name)}</figcaption><audio controls src="{source}"></audio></figure>'
