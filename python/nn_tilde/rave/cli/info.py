"""`rave info`: what a run, checkpoint or configuration is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ...cli.flags import FlagCommand


@click.command("info", cls=FlagCommand)
@click.argument("what", metavar="RUN|CKPT|CONFIG", required=False)
@click.option("--config", multiple=True, help="Configuration, by name or path; repeatable, they stack.")
@click.option("--override", multiple=True, metavar="NAME=VALUE", help="Setting such as CAPACITY=32; repeatable.")
@click.option("--json/--nojson", "as_json", default=False, help="Print JSON.")
def command(what, config, override, as_json) -> None:
    """Say what a run's folder, a checkpoint, a .gin file or a configuration (v2, or --config v2 --config causal) is."""
    if (what is None) == (not config):
        raise click.UsageError("Name one thing: a run, a checkpoint, or configurations.")
    from nn_tilde.rave.describe import describe, of_stack

    try:
        if what is not None and Path(what).exists():
            about = describe(Path(what), override)
        else:
            about = of_stack(config or (what,), override)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(about, indent=2) if as_json else _text(about))


def _text(about: dict[str, Any]) -> str:
    lines = [f"{about['kind']}: {about['path']}"]
    rows = {key: value for key, value in about.items() if key not in ("kind", "path", "warnings", "settings", "flags")}
    rate, ratio = about.get("sample_rate"), about.get("ratio")
    if ratio:
        rows["ratio"] = f"{ratio} samples per latent, {rate / ratio:.1f} latents a second"
    for key, value in rows.items():
        lines.append(f"  {key.replace('_', ' '):<22} {_value(key, value, rate)}")
    if settings := about.get("settings"):
        lines.append("settings")
        lines += [f"  {key:<30} {value}" for key, value in settings.items()]
    lines += [f"Warning: {warning}" for warning in about["warnings"]]
    return "\n".join(lines)


def _value(key: str, value: Any, rate: int | None) -> str:
    if not isinstance(value, dict):
        return str(value)
    if key == "parameters":
        return ", ".join(f"{part} {count / 1e6:.3f} M" for part, count in value.items())
    if key in ("receptive_field", "streaming_delay") and rate:
        return ", ".join(f"{part} {count} samples ({1000 * count / rate:.1f} ms)" for part, count in value.items())
    return ", ".join(f"{part} {count}" for part, count in value.items())
