"""`rave export_onnx`: a trained run as an ONNX file."""

from __future__ import annotations

from pathlib import Path

import click

from ...cli.flags import FlagCommand


@click.command("export_onnx", cls=FlagCommand)
@click.option("--run", required=True, type=click.Path(path_type=Path), help="Run folder or checkpoint.")
@click.option("--streaming/--nostreaming", default=False, help="For live blocks: state as inputs and outputs.")
@click.option("--noise/--nonoise", default=True, help="Keep a noise branch, with its noise as an input.")
@click.option("--name", help="Name of the file (default: that of the run).")
@click.option("--output", type=click.Path(path_type=Path), help="Folder for the file (default: the run's).")
@click.option("--ema_weights/--noema_weights", default=False, help="Use the averaged weights.")
def command(run, streaming, noise, name, output, ema_weights) -> None:
    """Write the network of a run as <run>/<name of the run>.onnx: audio_in [1, channels, samples] → audio_out.

    Without --streaming a call is a whole recording, a multiple of the model's ratio long. With it a call is a block,
    and each output state_N_next goes into state_N of the next call; they start as zeros.
    """
    if name is not None and (not name or Path(name).name != name):
        raise click.ClickException(f"--name is the name of a file, not '{name}'; --output says where.")
    if output is not None and output.exists() and not output.is_dir():
        raise click.ClickException(f"'{output}' is not a folder.")
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"ONNX needs the package '{error.name}': pip install 'nn-tilde-toolkit[onnx]'."
        ) from None
    from nn_tilde.rave.loading import find_checkpoint, find_config, load
    from nn_tilde.rave.onnx_export import export_onnx

    try:
        rave = load(run, ema_weights)
        home = find_config(run if run.is_dir() else find_checkpoint(run)).parent
        folder = output or home
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name or home.name}.onnx"
        built = export_onnx(rave, path, streaming, noise)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Wrote {path}: blocks are multiples of {rave.ratio} samples at {rave.config.sampling_rate} Hz.")
    if streaming:
        click.echo(f"Output is {built.delay} samples late; {len(built.states)} states go round.")
    if built.noise is not None:
        samples, rows, size = built.noise
        click.echo(f"Input noise [1, samples / {samples}, {rows}, {size}] is uniform in -1…1; zeros for none.")
