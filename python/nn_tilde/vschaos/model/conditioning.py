"""Labels as inputs.

Labels are floats here: numbers of classes or continuous values, NaN where there is none. In training a missing label
is drawn at random, so that nothing is learnt from it; otherwise it is the mean of what any label would be, which does
not flicker.
"""

import math
from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..settings import Condition


def tidy(labels: Tensor, categorical: bool) -> Tensor:
    """Labels of any type, −1 and NaN where there is none → float, NaN there. A class is truncated to a whole number."""
    values = labels.to(torch.float32)
    if categorical:
        values = torch.where(values < 0, torch.full_like(values, float("nan")), values.trunc())
    return values


def with_classes(labels: Tensor, dim: int, random: bool) -> Tensor:
    """Numbers of classes, int64 in 0 … dim − 1, at random (or 0) where there is none."""
    missing = torch.isnan(labels)
    index = torch.where(missing, torch.zeros_like(labels), labels).long().clamp(0, dim - 1)
    if random:
        index = torch.where(missing, torch.randint_like(index, dim), index)
    return index


class OneHot(nn.Module):
    """Labels [N] → [N, dim]."""

    def __init__(self, condition: Condition):
        super().__init__()
        self.dim = condition.dim

    def forward(self, labels: Tensor) -> Tensor:
        y = F.one_hot(with_classes(labels, self.dim, self.training), self.dim).to(labels.dtype)
        if self.training:
            return y
        return torch.where(torch.isnan(labels).unsqueeze(1), torch.full_like(y, 1 / self.dim), y)


class Embedding(nn.Module):
    """Labels [N] → [N, out_dim], learnt."""

    def __init__(self, condition: Condition):
        super().__init__()
        self.dim = condition.dim
        self.table = nn.Embedding(condition.dim, condition.out_dim)

    def forward(self, labels: Tensor) -> Tensor:
        y = self.table(with_classes(labels, self.dim, self.training))
        if self.training:
            return y
        return torch.where(torch.isnan(labels).unsqueeze(1), self.table.weight.mean(0), y)


class Value(nn.Module):
    """Continuous labels [N] → [N, 1]: 0 to 1 in their range."""

    def __init__(self, condition: Condition):
        super().__init__()
        self.low, self.high = condition.range[0], condition.range[1]

    def forward(self, labels: Tensor) -> Tensor:
        x = ((labels - self.low) / (self.high - self.low)).clamp(0, 1)
        anything = torch.rand_like(x) if self.training else torch.full_like(x, 0.5)
        return torch.where(torch.isnan(x), anything, x).unsqueeze(1)


class TimeEmbedding(nn.Module):
    """Continuous labels [N] → [N, out_dim]: sines and cosines of 1, 2, 4 … half turns over their range.

    (Mildenhall et al.: NeRF, arXiv 2003.08934, equation 4)
    """

    def __init__(self, condition: Condition):
        super().__init__()
        self.value = Value(condition)
        turns = math.pi * 2.0 ** torch.arange(condition.out_dim // 2)
        self.register_buffer("turns", turns, persistent=False)

    def forward(self, labels: Tensor) -> Tensor:
        angles = self.value(labels) * self.turns
        return torch.cat([angles.sin(), angles.cos()], 1)


_EMBEDDINGS = {"OneHot": OneHot, "Embedding": Embedding, "Value": Value, "TimeEmbedding": TimeEmbedding}


class Conditioning(nn.Module):
    """The labels of all tasks that condition one network, beside each other, in the order of the configuration."""

    tasks: list[str]  # told to TorchScript, which cannot guess what an empty list is of
    categorical: list[bool]

    def __init__(self, conditions: Mapping[str, Condition]):
        super().__init__()
        self.tasks = list(conditions)
        self.categorical = [condition.categorical for condition in conditions.values()]
        self.width = sum(condition.width for condition in conditions.values())
        # A list, as a ModuleDict refuses some names that a task may have.
        self.embeddings = nn.ModuleList(_EMBEDDINGS[c.embedding](c) for c in conditions.values())

    def forward(self, labels: dict[str, Tensor], like: Tensor) -> Tensor:
        """{task: [N]} and `like` [N, …] → [N, width]; tasks that are not there have no labels."""
        parts = [like.new_zeros((like.size(0), 0))]
        for i, embedding in enumerate(self.embeddings):
            task = self.tasks[i]
            if task in labels:
                label = tidy(labels[task], self.categorical[i])
            else:
                label = torch.full([like.size(0)], float("nan"), device=like.device)
            parts.append(embedding(label).to(like.dtype))
        return torch.cat(parts, 1)
