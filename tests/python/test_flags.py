"""Spellings of absl flags."""

import click
import pytest
from click.testing import CliRunner

from nn_tilde.cli.flags import FlagCommand


@click.command("try", cls=FlagCommand)
@click.option("--config", multiple=True)
@click.option("--gpu", type=int, multiple=True)
@click.option("--db_path")
@click.option("--lazy/--nolazy", default=False)
@click.option("--out", "--out_path", "out")
@click.argument("paths", nargs=-1)
def command(config, gpu, db_path, lazy, out, paths):
    click.echo(repr((config, gpu, db_path, lazy, out, paths)))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--config v2 --config=causal", (("v2", "causal"), (), None, False, None, ())),
        ("-db_path x -gpu -1", ((), (-1,), "x", False, None, ())),
        ("--db-path x --gpu=-1", ((), (-1,), "x", False, None, ())),
        ("--lazy", ((), (), None, True, None, ())),
        ("--lazy true a", ((), (), None, True, None, ("a",))),
        ("--lazy=false", ((), (), None, False, None, ())),
        ("--lazy --nolazy", ((), (), None, False, None, ())),
        ("--lazy --no-lazy", ((), (), None, False, None, ())),
        ("m.ts a b --out o", ((), (), None, False, "o", ("m.ts", "a", "b"))),
        ("--out_path o -- -odd", ((), (), None, False, "o", ("-odd",))),
    ],
)
def test_spellings(line, expected):
    result = CliRunner().invoke(command, line.split())
    assert result.exit_code == 0, result.output
    assert result.output.strip() == repr(expected)


@pytest.mark.parametrize(("line", "word"), [("--lay", "lay"), ("--lazy=perhaps", "perhaps"), ("--gpu x", "x")])
def test_refusals(line, word):
    result = CliRunner().invoke(command, line.split())
    assert result.exit_code == 2
    assert word in result.output
