"""`mtcrnn generate`: a trained tier, or a chain of them, makes parameters or sound."""

from __future__ import annotations

import click

from ...cli.training import POSITIVE
from .options import PARAMVECT, Count, TierCommand, given, options, tier_options

_GENERATION = (
    click.option("--model_dir", required=True, help="Folder of the models, a run or a file; as given or in output/."),
    click.option("--step", default=0, show_default=True, type=click.IntRange(0), help="Which; 0: the newest."),
    click.option("--length", default=16000, show_default=True, type=Count(), help="Values to generate."),
    click.option("--seq_len", type=POSITIVE, help="Values of primer and --length together. [default: as trained]"),
    click.option("--seed", metavar="FILE", help="Recording to begin with."),
    click.option("--data_dir", help="Begin anywhere in the recordings of this folder."),
    click.option("--seed_start", default=0.0, show_default=True, type=click.FloatRange(0), help="Seconds into --seed."),
    click.option("--seed_start_samples", type=click.IntRange(0), help="The same in values of the tier."),
    click.option(
        "--paramvect",
        default="self",
        show_default=True,
        type=click.Choice(PARAMVECT),
        help="Steered by the parameters of recordings, by an array, or by nothing.",
    ),
    click.option(
        "--external_array", metavar="FILE.npy", help="Curves [batch, length, features] in the order of --prop."
    ),
    click.option("--external_sr", type=float, help="Their values a second."),
    click.option("--rand_prime/--norand_prime", default=False, help="Begin with random numbers."),
    click.option("--rand_seed", type=click.IntRange(0, 2**62), help="Seed of all draws. [default: another each time]"),
    click.option("--temp", default=1.0, show_default=True, type=float, help="Temperature: higher is noisier."),
    click.option("--legacy_temperature/--nolegacy_temperature", default=False, help="Higher is quieter, as in MTCRNN."),
    click.option("--legacy_mulaw/--nolegacy_mulaw", default=False, help="Decode half a class off, as in MTCRNN."),
    click.option("--out", default="generated", show_default=True, help="File to write, without its ending."),
    click.option("--save/--nosave", default=False, help="Write generated parameters (.npy); sound always is."),
    click.option("--chain", multiple=True, metavar="DIRS...", help="Models that what this one makes steers, in order."),
    click.option(
        "--precision",
        default="int8",
        show_default=True,
        type=click.Choice(["int8", "exact"]),
        help="Of the weights of GRUs: 8 bits, as `mtcrnn export` writes them, or all.",
    ),
    click.option("--gpu", default=-1, show_default=True, type=int, help="Number of a CUDA device; -1: the CPU."),
)


@click.command(cls=TierCommand)
@tier_options
@options(_GENERATION)
@click.pass_context
def command(ctx: click.Context, **flags) -> None:
    """Generate with a trained tier.

    \b
    mtcrnn generate --model_dir output/pops/model --paramvect external --external_array glide.npy --external_sr 100 \\
                    --rand_prime --length 160000 --out glide
    mtcrnn generate --model_dir tier3/model --data_dir data/audio --param_dir data/param --length 1200 \\
                    --chain tier2/model tier1/model --out texture

    What the model is (sizes, rates, names) is in its file; flags that say it again may stay. Audio goes to OUT.wav
    (OUT_0.wav … of a batch), parameters with --save to OUT.npy, [batch, length, parameters].
    """
    from ..generate_session import run_session

    run_session(flags, given(ctx))
