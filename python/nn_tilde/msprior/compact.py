"""A part of a dataset as a dataset of its own, to try things with."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

from ..audio.metadata import DatasetError
from .data.latents import open_latents
from .data.metadata import is_store, read_index, read_metadata, values_of
from .data.store import Store, StoreWriter

_BATCH = 1 << 25  # bytes written at once


def compact(folder: Path, most: int | None = None) -> tuple[Path, int]:
    """Copies the first `most` recordings (of the release's datasets: chunks), or all, to `<folder>_compact`.

    Gives that folder, which has its name when it is whole, and what it holds. DatasetError, one sentence.
    """
    folder = Path(os.path.abspath(folder))
    if most is not None and most < 1:
        raise DatasetError(f"A dataset has at least one recording, not {most}.")
    target = folder.with_name(f"{folder.name}_compact")
    if target.exists():
        raise DatasetError(f"'{target}' is there already.")
    own = folder.is_dir() and is_store(folder)
    if not own and not (folder / "data.mdb").exists():
        open_latents(folder)  # says what is wrong
        raise DatasetError(f"'{folder}' holds no dataset.")
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    temporary.mkdir()
    try:
        held = _copy_store(folder, temporary, most) if own else _copy_lmdb(folder, temporary, most)
        models = {*folder.glob("*.ts"), *([folder / read_metadata(folder).rave] if own else [])}
        for file in models:
            if file.exists():
                shutil.copyfile(file, temporary / file.name)
        os.replace(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return target, held


def _copy_store(folder: Path, target: Path, most: int | None) -> int:
    latents = open_latents(folder)
    assert isinstance(latents, Store)
    recordings = read_index(folder)[: len(latents.lengths)][:most]  # msprior preprocess may be adding some
    metadata = replace(read_metadata(folder), complete=True)
    metadata.write(target)
    writer = StoreWriter(target, metadata)
    try:
        for i, recording in enumerate(recordings):
            values = {
                name: latents.values(name, i, 0, values_of(recording.frames, key.ratio))
                for name, key in latents.about.keys.items()
            }
            writer.append(recording, latents.tokens(i, 0, recording.frames), values)
        writer.sync()
    finally:
        writer.close()
    return len(recordings)


def _copy_lmdb(folder: Path, target: Path, most: int | None) -> int:
    """The first entries in the order of their keys; the copy is as large as it must be, and can grow."""
    import lmdb

    try:
        source = lmdb.open(str(folder), readonly=True, lock=False, readahead=False)
    except lmdb.Error as error:
        raise DatasetError(f"'{folder}' cannot be read ({error}).") from None
    size, held, batch, waiting = 1 << 26, 0, [], 0
    out = lmdb.open(str(target), map_size=size)
    try:
        with source.begin(buffers=True) as entries:
            for key, value in entries.cursor():
                if held == most:
                    break
                batch.append((bytes(key), bytes(value)))
                waiting += len(value)
                held += 1
                if waiting > _BATCH:
                    _put(out, batch)
                    batch, waiting = [], 0
        _put(out, batch)
    finally:
        source.close()
        out.close()
    if not held:
        raise DatasetError(f"'{folder}' holds nothing.")
    (target / "lock.mdb").unlink(missing_ok=True)
    return held


def _put(out, batch: list[tuple[bytes, bytes]]) -> None:
    import lmdb

    while True:
        try:
            with out.begin(write=True) as transaction:
                for key, value in batch:
                    transaction.put(key, value)
            return
        except lmdb.MapFullError:
            out.set_mapsize(out.info()["map_size"] * 2)
