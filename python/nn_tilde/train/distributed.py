"""Several processes, one model: equal starts, averaged gradients, buffers of process 0.

Torch's DDP wrapper wants one forward pass that uses every parameter; adversarial training uses other
parts in each step. Averaging before each `optimizer.step()` holds for any update.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import torch

from .task import Task

if TYPE_CHECKING:
    from lightning.fabric import Fabric


def distribute(task: Task, fabric: Fabric) -> None:
    """Makes `task` train as one model over all processes of `fabric`; nothing to do for a single one."""
    if fabric.world_size == 1:
        return
    share([*task.module.parameters(), *task.module.buffers()])
    for optimizer in task.optimizers:
        optimizer.register_step_pre_hook(lambda opt, *_: _average_gradients(opt, fabric))


def part(fabric: Fabric) -> None:
    """The processes are done with each other, and none ends while another still talks to it."""
    if fabric.world_size > 1:
        fabric.barrier()
        torch.distributed.destroy_process_group()


@torch.no_grad()
def share(tensors: Iterable[torch.Tensor]) -> None:
    """Every process gets process 0's values."""
    for group in _by_type(t.detach() for t in tensors).values():
        flat = torch.cat([t.reshape(-1) for t in group])
        torch.distributed.broadcast(flat, 0)
        _unpack(flat, group)


def gather(fabric: Fabric, value: Any) -> list[Any]:
    """The value that each process has; plain values and tensors of the CPU."""
    if fabric.world_size == 1:
        return [value]
    values: list[Any] = [None] * fabric.world_size
    torch.distributed.all_gather_object(values, value)
    return values


@torch.no_grad()
def _average_gradients(optimizer: torch.optim.Optimizer, fabric: Fabric) -> None:
    gradients = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
    for group in _by_type(gradients).values():
        flat = fabric.all_reduce(torch.cat([g.reshape(-1) for g in group]), reduce_op="mean")
        _unpack(flat, group)


def _by_type(tensors: Iterable[torch.Tensor]) -> dict[torch.dtype, list[torch.Tensor]]:
    groups: dict[torch.dtype, list[torch.Tensor]] = {}
    for tensor in tensors:
        if tensor.numel():
            groups.setdefault(tensor.dtype, []).append(tensor)
    return groups


def _unpack(flat: torch.Tensor, tensors: list[torch.Tensor]) -> None:
    for tensor, piece in zip(tensors, flat.split([t.numel() for t in tensors]), strict=True):
        tensor.copy_(piece.view_as(tensor))
