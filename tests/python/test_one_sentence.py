"""Errors that a user can do something about are one sentence and a non-zero exit."""

import subprocess
import sys

import pytest

CODE = """
import click
from nn_tilde.cli.lazy import run

@click.command()
def command():
    {statement}

run(command, "try")
"""


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("raise MemoryError", "not enough memory"),
        ('raise RuntimeError("DefaultCPUAllocator: can\'t allocate memory: you tried 4 bytes")', "not enough memory"),
        ("raise type('OutOfMemoryError', (RuntimeError,), {})('CUDA out of memory')", "not enough memory"),
        ("open('/nowhere/at/all')", "'/nowhere/at/all': No such file or directory."),
        ("raise click.ClickException('So it is.')", "try: So it is."),
    ],
)
def test_known_errors(statement, sentence):
    line = [sys.executable, "-c", CODE.format(statement=statement)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_error_of_ours_keeps_its_traceback():
    line = [sys.executable, "-c", CODE.format(statement="raise RuntimeError('a bug')")]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
