"""Recurrent layers a frame at a time. TorchScript."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .prior import Prior
from .rwkv import Block
from .streaming_parts import Dense, Film, Norm, dense, own, semantic_of


class Cell(nn.Module):
    """Gated recurrent units: [B, dim] and the state [B, dim] → the state after it."""

    def __init__(self, gru: nn.GRU, layer: int):
        super().__init__()
        self.inputs, self.hidden = (
            Dense(getattr(gru, f"weight_{part}_l{layer}"), getattr(gru, f"bias_{part}_l{layer}"))
            for part in ("ih", "hh")
        )
        self.size = gru.hidden_size

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        both, one = [2 * self.size, self.size], self.inputs(x)
        gates_x, new_x = one.split_with_sizes(both, 1)
        gates_h, new_h = self.hidden(h).split_with_sizes(both, 1)
        reset, keep = torch.sigmoid(gates_x + gates_h).chunk(2, 1)
        return torch.lerp(torch.tanh(torch.addcmul(new_x, reset, new_h)), h, keep)


class Recurrent(nn.Module):
    """[B, dim] → [B, dim]. State: hidden [layers, B, dim]."""

    def __init__(self, gru: nn.GRU):
        super().__init__()
        self.cells = nn.ModuleList(Cell(gru, i) for i in range(gru.num_layers))
        self.register_buffer("hidden", gru.weight_hh_l0.new_zeros(gru.num_layers, 1, gru.hidden_size).detach())

    @torch.jit.export
    def begin(self, batch: int) -> None:
        if self.hidden.shape[1] == batch:
            self.hidden.zero_()
        else:
            self.hidden = self.hidden.new_zeros(self.hidden.shape[0], batch, self.hidden.shape[2])

    def forward(self, x: Tensor, semantic: Tensor) -> Tensor:
        for i, cell in enumerate(self.cells):
            hidden = self.hidden[i]
            x = cell(x, hidden)
            hidden.copy_(x)
        return x


class RWKVBlock(nn.Module):
    """[B, dim] → [B, dim]. State [5, B, dim]: the inputs before of time and channel mix, then the sums of values and of
    weights and the largest exponent, to which both are relative."""

    def __init__(self, block: Block):
        super().__init__()
        time, channel = block.time_mix, block.channel_mix
        self.time_norm, self.channel_norm = Norm(block.time_norm), Norm(block.channel_norm)
        self.key, self.value, self.receptance = dense(time.key), dense(time.value), dense(time.receptance)
        self.out = dense(time.out)
        self.inside, self.outside, self.gate = dense(channel.key), dense(channel.value), dense(channel.receptance)
        self.register_buffer("time_shift", own(time.shift.mix.unsqueeze(1)))
        self.register_buffer("channel_shift", own(channel.shift.mix.unsqueeze(1)))
        self.register_buffer("decay", own(-torch.exp(time.time_decay)))
        self.register_buffer("first", own(time.time_first))
        self.register_buffer("state", clear(self.first.new_empty(5, 1, self.first.shape[0])))

    @torch.jit.export
    def begin(self, batch: int) -> None:
        if self.state.shape[1] == batch:
            clear(self.state)
        else:
            self.state = clear(self.state.new_empty(5, batch, self.state.shape[2]))

    def forward(self, x: Tensor) -> Tensor:
        last_time, last_channel, num, den, top = self.state.unbind(0)
        heard = self.time_norm(x)
        for_key, for_value, for_receptance = torch.lerp(last_time, heard, self.time_shift).unbind(0)
        last_time.copy_(heard)
        k, v = self.key(for_key), self.value(for_value)
        now = k + self.first
        most = torch.maximum(top, now)
        old, new = torch.exp(top - most), torch.exp(now - most)
        mean = torch.addcmul(new * v, old, num) / torch.addcmul(new, old, den)
        x = x + self.out(torch.sigmoid(self.receptance(for_receptance)) * mean)
        decayed = top + self.decay
        torch.maximum(decayed, k, out=top)
        old, new = torch.exp(decayed - top), torch.exp(k - top)
        num.mul_(old).addcmul_(new, v)
        den.mul_(old).add_(new)
        heard = self.channel_norm(x)
        for_key, for_receptance = torch.lerp(last_channel, heard, self.channel_shift).unbind(0)
        last_channel.copy_(heard)
        made = self.outside(torch.relu(self.inside(for_key)).square())
        return torch.addcmul(x, torch.sigmoid(self.gate(for_receptance)), made)


class RWKV(nn.Module):
    def __init__(self, prior: Prior):
        super().__init__()
        self.norm = Norm(prior.norm)
        self.blocks = nn.ModuleList(RWKVBlock(block) for block in prior.layers)

    @torch.jit.export
    def begin(self, batch: int) -> None:
        for block in self.blocks:
            block.begin(batch)

    def forward(self, x: Tensor, semantic: Tensor) -> Tensor:
        x = self.norm(x)
        for block in self.blocks:
            x = block(x)
        return x


class Modulation(nn.Module):
    """What modulates a block: x [B, dim] with y [B, dim]."""

    def __init__(self, block: Block):
        super().__init__()
        self.norm, self.film = Norm(block.film_norm), Film(block.film.net)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x + self.film(self.norm(x), y)


class ModulatedRWKV(nn.Module):
    def __init__(self, prior: Prior):
        super().__init__()
        self.norm, self.semantic = Norm(prior.norm), semantic_of(prior.encoder.embedding)
        self.blocks = nn.ModuleList(RWKVBlock(block) for block in prior.layers)
        self.modulations = nn.ModuleList(Modulation(block) for block in prior.layers)

    @torch.jit.export
    def begin(self, batch: int) -> None:
        for block in self.blocks:
            block.begin(batch)

    def forward(self, x: Tensor, semantic: Tensor) -> Tensor:
        x, y = self.norm(x), self.semantic(semantic)
        for block, modulation in zip(self.blocks, self.modulations):  # noqa: B905 - TorchScript
            x = modulation(block(x), y)
        return x


def clear(state: Tensor) -> Tensor:
    """The state of a block that heard nothing: rwkv.NOTHING, which TorchScript cannot see."""
    state.zero_()
    state[4].fill_(-1e30)
    return state
