"""`msprior generate`: a prior goes on by itself, into a sound file."""

from __future__ import annotations

import secrets
import time
from contextlib import nullcontext
from pathlib import Path

import click

from ...cli.flags import FlagCommand

PATH = click.Path(path_type=Path)


@click.command("generate", cls=FlagCommand)
@click.option("--prior", type=PATH, help="File of `msprior export`, together with --rave.")
@click.option("--rave", type=PATH, help="File of the RAVE, exported with --streaming.")
@click.option("--model", type=PATH, help="File of `msprior combine`, instead of the two.")
@click.option("--prompt", type=PATH, help="Sound to listen to first.  [default: none]")
@click.option("--echo/--noecho", default=True, help="Whether the prompt is in the output too.  [default: echo]")
@click.option("--seconds", type=float, default=30.0, show_default=True, help="To generate, after the prompt.")
@click.option("--temperature", type=float, help="Higher is wilder, 0 takes the likeliest tokens.  [default: 1]")
@click.option("--top_p", type=float, help="Draw from the likeliest tokens of that probability.  [default: 1]")
@click.option("--seed", type=click.IntRange(0, 2**62), help="Of all draws.  [default: another each time]")
@click.option("--takes", type=click.IntRange(1), default=1, show_default=True, help="Files, of seeds in a row.")
@click.option("--semantic", type=PATH, help="Sound that steers a prior with semantic inlets, over and over.")
@click.option("--semantic_model", type=PATH, help="What is to be understood of it: the semantic.ts of its dataset.")
@click.option("--out", type=PATH, default=Path("out.wav"), show_default=True, help="File; takes are numbered.")
@click.option("--progress/--noprogress", default=True, help="A progress bar.")
def command(prior, rave, model, prompt, echo, seconds, temperature, top_p, seed, takes, semantic, semantic_model,
            out, progress) -> None:  # fmt: skip
    """Let a prior dream, with or without a sound to begin from.

    \b
    msprior generate --model birds_dreaming.ts --prompt song.wav --seconds 60 --temperature 0.9
    msprior generate --prior runs/birds/birds.ts --rave birds_streaming.ts --seed 3 --takes 4
    """
    if [prior is None, rave is None, model is None] not in ([False, False, True], [True, True, False]):
        raise click.ClickException("Say what plays: --prior and --rave, or --model with a file that holds both.")
    if not 0 < seconds < float("inf"):
        raise click.ClickException(f"--seconds is more than 0, not {seconds:g}.")
    if temperature is not None and not 0 <= temperature < float("inf"):
        raise click.ClickException(f"--temperature is 0 or more, not {temperature:g}.")
    if top_p is not None and not 0 < top_p <= 1:
        raise click.ClickException(f"--top_p is above 0 and at most 1, not {top_p:g}.")
    if not echo and prompt is None:
        raise click.ClickException("--noecho leaves the prompt out of the file, but there is no --prompt.")
    for path in (prompt, semantic):
        if path is not None and not path.is_file():
            raise click.ClickException(f"There is no sound '{path}'.")
        if path is not None and out.exists() and out.samefile(path):
            raise click.ClickException(f"The new file would take the place of '{path}'; give it another --out.")
    from ...cli.progress import audio_progress
    from ..generate import Options, Player, generate, layout_of

    try:
        layout_of(out)
        options = Options(seconds, prompt, echo, temperature, top_p, semantic, semantic_model)
        player = Player(model or prior, rave)
        player.begin(0, options)  # what cannot be is said before any long work
        length = player.length(options)
        for remark in player.remarks:
            click.echo(f"Warning: {remark}", err=True)
        if player.extras and semantic_model is None:
            click.echo("Note: the semantic inlets of this prior are at 0; --semantic steers them.", err=True)
        out.parent.mkdir(parents=True, exist_ok=True)
        seed = secrets.randbelow(2**31) if seed is None else seed
        click.echo(f"Seed: {seed} (--seed repeats it).", err=True)
        done = []
        with audio_progress() if progress else nullcontext() as bar:
            for take in range(takes):
                target = out if takes == 1 else out.with_name(f"{out.stem}_{take + 1}{out.suffix}")
                watch = None
                if bar is not None:
                    task = bar.add_task(target.name, total=length, rate=player.rate)
                    watch = lambda samples, task=task: bar.advance(task, samples)  # noqa: E731
                begun = time.monotonic()
                made = generate(Player(model or prior, rave), target, seed + take, options, watch)
                done.append((made, time.monotonic() - begun))
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    for made, took in done:
        click.echo(f"{made.path}: {length / player.rate / took:.1f} × real time, mean perplexity {made.perplexity:.1f}")
        if made.peak > 1:
            click.echo(f"{made.path.name}: peaks at {made.peak:.2f} and is clipped.", err=True)
