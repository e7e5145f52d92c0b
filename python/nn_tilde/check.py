"""Say what is wrong with a model, one sentence a finding."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nn_tilde.contract import Attribute, Contract, Method, inspect
from nn_tilde.host import Error, Host

RATE = 44100


@dataclass(frozen=True)
class Finding:
    """`problem`: it does not work; `note`: it works, and may surprise."""

    kind: str
    text: str


def check_model(path: str | os.PathLike[str]) -> Iterator[Finding]:
    """Everything that is wrong or odd about the model file, in the order it is found out."""
    try:
        contract = inspect(path)
    except Error as error:
        yield Finding("problem", str(error))
        return
    for remark in contract.remarks:
        yield Finding("problem", remark)
    if not contract.takes_sample_rate:
        yield Finding("note", "The model does not want to know the sample rate (no set_sample_rate).")
    try:
        for i, method in enumerate(contract.methods.values()):
            if i == 0:  # the model's, not one of its methods'
                said = Host(path, method.name, block=0).acceleration_remark
                yield from (Finding("note", line) for line in said.splitlines())
            yield from _check_method(Path(path), contract, method)
        yield from _check_attributes(Path(path), contract)
    except Error as error:  # a method that never returns, say
        yield Finding("problem", str(error))


def _noise(method: Method, samples: int) -> np.ndarray:
    random = np.random.default_rng(0)
    return random.uniform(-0.5, 0.5, (method.in_channels, samples)).astype(np.float32)


def _failed(host: Host) -> str:
    """The first remark, leaving out what acceleration has to say, for that is no failure."""
    said = host.acceleration_remark.splitlines()
    return next((line for line in host.remarks.splitlines() if line not in said), "")


def _check_method(path: Path, contract: Contract, method: Method) -> Iterator[Finding]:
    smallest = Host(path, method.name, block=0)
    if failed := _failed(smallest):
        kind = "note" if contract.attributes else "problem"
        hint = " It may want an attribute first." if contract.attributes else ""
        yield Finding(kind, failed + hint)
        return
    block = smallest.block
    audio = _noise(method, 8 * max(block, 1024))
    outputs = {}
    for size in (block, 4 * max(block, 1024)):
        host = Host(path, method.name, block=size)
        outputs[size] = host.render(audio)
        renderer = host.renderer(sample_rate=RATE)
        renderer.process(audio, np.empty((renderer.rows_out, audio.shape[1]), np.float32))
        if message := renderer.next_message():
            yield Finding("problem", f"With a block of {host.block} samples: {message}")
            return
    again = Host(path, method.name, block=block).render(audio)
    first, second = outputs.values()
    if not np.array_equal(first, again):
        yield Finding("note", f"Method '{method.name}' gives another output at every run; it draws at random.")
    elif not np.allclose(first, second, atol=1e-4):
        yield Finding(
            "note",
            f"Method '{method.name}' sounds different with another block size: "
            "it keeps no state between blocks, or not all of it.",
        )
    yield from _check_batch(path, method, block)


def _check_batch(path: Path, method: Method, block: int) -> Iterator[Finding]:
    batched = Host(path, method.name, block=block, batch=2)
    if failed := _failed(batched):
        yield Finding(
            "note",
            f"Method '{method.name}' takes one example at a time; mc.nn~ with several channels "
            f"needs batches ({failed})",
        )


def _check_attributes(path: Path, contract: Contract) -> Iterator[Finding]:
    if not contract.attributes:
        return
    host = Host(path, next(iter(contract.methods)))
    for attribute in contract.attributes.values():
        name = attribute.name
        if not attribute.readable:
            yield Finding("problem", f"Attribute '{name}' cannot be read: the model has no get_{name}.")
            continue
        try:
            value = host.get(name)
        except Error as error:
            yield Finding("problem", str(error))
            continue
        values = value if isinstance(value, tuple) else (value,)
        if len(values) != len(attribute.types):
            yield Finding(
                "problem",
                f"Attribute '{name}' has {len(attribute.types)} elements, and get_{name} returns {len(values)}.",
            )
        elif not attribute.writable:
            yield Finding("note", f"Attribute '{name}' is read only.")
        elif "buffer" in attribute.types:
            yield from _check_buffers(host, attribute)
        else:
            try:
                host.renderer(sample_rate=RATE).set(name, *values)
            except Error as error:
                yield Finding("problem", f"Attribute '{name}' refuses its own value: {error}")


def _check_buffers(host: Host, attribute: Attribute) -> Iterator[Finding]:
    """Whether some length of audio is accepted, and taken away again."""
    for i, kind in enumerate(attribute.types):
        key = f"{attribute.name}#{i}"
        if kind != "buffer":
            continue
        if key not in host.buffers:
            yield Finding(
                "problem", f"Attribute '{attribute.name}' cannot be filled: '{key}' is not listed as a buffer."
            )
            continue
        renderer = host.renderer(sample_rate=RATE)
        refusal = ""
        for frames in (1 << n for n in range(17)):
            try:
                renderer.set_buffer(key, np.zeros((1, frames), np.float32), RATE)
                refusal = ""
                break
            except Error as error:
                refusal = str(error)
        if refusal:
            yield Finding("problem", f"Buffer '{key}' takes no audio of 1 to 65536 frames: {refusal}")
            continue
        try:
            renderer.clear_buffer(key)
        except Error as error:
            yield Finding("problem", f"Buffer '{key}' cannot be emptied: {error}")
