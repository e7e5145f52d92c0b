"""`rave remote_dataset`: serve a dataset to other machines."""

from __future__ import annotations

import click

from ...cli.flags import FlagCommand


@click.command(cls=FlagCommand)
@click.option("--db_path", required=True, help="Dataset made by rave preprocess.")
@click.option("--sr", default=44100, type=click.IntRange(min=1), show_default=True, help="Hz of the crops of /get.")
@click.option("--n_signal", default=65536, type=click.IntRange(min=1), show_default=True, help="Their samples.")
@click.option("--port", default=5000, type=click.IntRange(0, 65535), show_default=True, help="0: any free one.")
@click.option(
    "--host", default="0.0.0.0", show_default=True, help="Address to listen at; 127.0.0.1: this machine only."
)
def command(db_path: str, sr: int, n_signal: int, port: int, host: str) -> None:
    """Serve a dataset over HTTP, for `rave train --db_path http://HOST:PORT` elsewhere.

    Whoever reaches the port can read the audio. Ctrl-C ends it. Clients of RAVE 2.3 are served too (/len, /get).
    """
    from ...audio.dataset import open_dataset
    from ...audio.metadata import DatasetError
    from ...audio.serving import DatasetServer

    try:
        store = open_dataset(db_path)
    except DatasetError as error:
        raise click.ClickException(str(error)) from None
    try:
        server = DatasetServer(store, host, port, sr, n_signal, db_path)
    except OSError as error:
        raise click.ClickException(f"Cannot listen at {host}:{port} ({error.strerror}).") from None
    with server:
        click.echo(f"serving '{db_path}' ({len(store)} items) at http://{host}:{server.server_port}")
        server.serve_forever()
