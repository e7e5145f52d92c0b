"""`nntilde check`: what is wrong with a model."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("check")
@click.argument("models", nargs=-1, required=True, type=click.Path(path_type=Path))
def check_command(models: tuple[Path, ...]) -> None:
    """Load MODELS (.ts files), run every method and attribute, and say what is wrong, a sentence each.

    Exits with 1 when a model has a problem; notes alone are no problem.
    """
    from nn_tilde.check import check_model

    problems = 0
    for path in models:
        findings = list(check_model(path))
        own = sum(finding.kind == "problem" for finding in findings)
        problems += own
        click.echo(f"{path}: {'no problem' if own == 0 else f'{own} problem' + 's' * (own > 1)}")
        for finding in findings:
            click.echo(f"  {finding.kind}: {finding.text}")
    if problems:
        raise click.exceptions.Exit(1)
