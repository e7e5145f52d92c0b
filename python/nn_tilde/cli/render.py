"""`nntilde render`: audio files and folders through a model."""

from __future__ import annotations

from pathlib import Path

import click

from .acceleration import acceleration_options

SUBTYPES = {"16": "PCM_16", "24": "PCM_24", "32": "PCM_32", "float": "FLOAT"}


@click.command("render")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", "-o", type=click.Path(path_type=Path), help="Output file, or folder for several.")
@click.option("--method", "-m", default="forward", show_default=True, help="The model's method to run.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE[,VALUE…]", help="Set an attribute.")
@click.option("--buffer", "buffers", multiple=True, metavar="NAME#I=FILE", help="Fill an audio buffer.")
@click.option(
    "--block", "-b", type=click.IntRange(0, 1 << 24), help="Samples per model call (default: the file's own)."
)
@click.option("--depth", type=click.Choice(list(SUBTYPES)), help="Sample format (default: as the input).")
@click.option("--device", default="cpu", show_default=True, help="cpu, cuda, mps or gpu.")
@acceleration_options()
def render_command(model, inputs, out, method, settings, buffers, block, depth, device, **loading) -> None:
    """Render INPUTS (audio files, or folders of them) through MODEL.

    Output is aligned with the input: the model's latency is removed. Rate and bit depth are kept.
    A method with one input takes each channel of a file separately.
    """
    from nn_tilde.host import Host
    from nn_tilde.render import check_file, render_file

    jobs = _jobs(inputs, out, model)
    host = Host(model, method=method, block=block, device=device, **loading)
    for text in settings:
        name, values = _setting(text, host)
        host.set(name, *values)
    for text in buffers:
        _fill(text, host)
    if host.remarks:
        click.echo(f"Note: {host.remarks}", err=True)
    host.renderer(sample_rate=44100, strict=True)  # what the model refuses, it refuses now
    subtype = SUBTYPES.get(depth)
    rates = [check_file(host.methods[method], source, target, subtype) for source, target in jobs]
    _compare_rates(host, rates)

    from nn_tilde.cli.progress import audio_progress

    with audio_progress() as progress:
        tasks = [
            progress.add_task(source.name, total=None, rate=rate) for (source, _), rate in zip(jobs, rates, strict=True)
        ]
        for task, (source, target) in zip(tasks, jobs, strict=True):
            result = render_file(
                host.renderer,
                host.methods[method],
                source,
                target,
                lambda done, total, task=task: progress.update(task, completed=done, total=total),
                subtype,
            )
            for line in result.messages:
                progress.console.print(f"{source.name}: {line}", markup=False)
            if result.clipped:
                progress.console.print(
                    f"{target.name}: peaks at {result.peak:.2f} and clips; use --depth float.", markup=False
                )
    for _, target in jobs:
        click.echo(str(target))


def _jobs(inputs: tuple[Path, ...], out: Path | None, model: Path) -> list[tuple[Path, Path]]:
    """Pairs of source and target; folders keep their structure below `out`."""
    import soundfile

    endings = {"." + name.lower() for name in soundfile.available_formats()} | {".aif", ".opus", ".mp3"}
    found: list[tuple[Path, Path]] = []  # source, and its path below the folder it was found in
    for path in inputs:
        if path.is_dir():
            files = [f for f in sorted(path.rglob("*")) if f.suffix.lower() in endings and f.is_file()]
            if out is None:  # what an earlier run has left here is no input
                files = [f for f in files if not f.stem.endswith(f".{model.stem}")]
            if not files:
                raise click.ClickException(f"The folder '{path}' holds no audio files.")
            found += [(f, f.relative_to(path)) for f in files]
        elif path.exists():
            found.append((path, Path(path.name)))
        else:
            raise click.ClickException(f"The audio file '{path}' does not exist.")
    single = len(inputs) == 1 and not inputs[0].is_dir()
    if out is not None and single and out.suffix and not out.is_dir():
        return [(found[0][0], out)]
    if out is not None and out.exists() and not out.is_dir():
        raise click.ClickException(f"'{out}' is a file, and there are several outputs; give a folder.")
    jobs = []
    for source, relative in found:
        if out is None:
            jobs.append((source, source.with_name(f"{source.stem}.{model.stem}{source.suffix}")))
        else:
            jobs.append((source, out / relative))
    targets = [target for _, target in jobs]
    if twice := next((t for t in targets if targets.count(t) > 1), None):
        raise click.ClickException(f"Two inputs would be written to '{twice}'; render them separately.")
    return jobs


def _setting(text: str, host) -> tuple[str, list[str]]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.ClickException(f"--set takes NAME=VALUE, not '{text}'.")
    known = host.attributes.get(name)
    several = known is not None and len(known.types) > 1
    tensor = known is not None and known.types == ["tensor"]
    if tensor:
        import numpy as np

        try:
            return name, [np.array([float(v) for v in value.split(",")], np.float32)]
        except ValueError:
            raise click.ClickException(f"Attribute '{name}' takes numbers, not '{value}'.") from None
    return name, value.split(",") if several else [value]


def _fill(text: str, host) -> None:
    import soundfile

    key, equals, file = text.partition("=")
    if not equals or not Path(file).exists():
        raise click.ClickException(f"--buffer takes NAME#INDEX=FILE with a file that exists, not '{text}'.")
    try:
        audio, rate = soundfile.read(file, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError:
        raise click.ClickException(f"'{file}' is not an audio file that can be read.") from None
    host.set_buffer(key if "#" in key else f"{key}#0", audio.T.copy(), rate)


def _compare_rates(host, rates: list[int]) -> None:
    trained = host.info.metadata["sample_rate"]
    other = sorted({rate for rate in rates if trained and rate != trained})
    if other:
        heard = ", ".join(f"{rate} Hz" for rate in other)
        click.echo(f"Note: the model was made for {trained} Hz and is given {heard}.", err=True)
