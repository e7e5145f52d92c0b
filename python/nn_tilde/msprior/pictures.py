"""What a validation looks like: perplexity of each stream, and tokens heard against tokens expected."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..train.figures import pixels
from .measures import Measured

SHOWN = 4  # streams whose tokens are drawn


def unigram_perplexity(counts: np.ndarray) -> np.ndarray:
    """[Q]: of whoever knows how often each token comes, [Q, V], and nothing else."""
    shares = counts / np.maximum(counts.sum(-1, keepdims=True), 1)
    return np.exp(-(shares * np.log(np.maximum(shares, 1e-12))).sum(-1))


def perplexities(measured: Measured, counts: np.ndarray) -> np.ndarray:
    """Bars for the streams; a mark where knowing how often each token comes in the training data [Q, V] would lead, a
    line where guessing does. uint8 [height, width, 3]."""
    streams, classes = counts.shape
    figure = Figure(figsize=(min(12, 4 + 0.2 * streams), 2.6))
    axes = figure.add_axes((0.1, 0.18, 0.87, 0.7))
    places = np.arange(1, streams + 1)
    shown = np.minimum(np.nan_to_num(measured.perplexity, nan=classes, posinf=classes), 2 * classes)
    axes.bar(places, shown, color="tab:blue", label="prior")
    axes.plot(places, unigram_perplexity(counts), "_", color="black", markersize=12, label="how often tokens come")
    axes.axhline(classes, color="tab:red", linewidth=1, label="chance")
    axes.set_yscale("log")
    axes.set_ylim(0.9, 6 * classes)
    axes.set_title("perplexity of each latent", fontsize=9)
    axes.set_xlabel("latent", fontsize=8)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.tick_params(labelsize=7)
    axes.legend(fontsize=7, ncols=3, loc="upper right")
    return pixels(figure)


def tokens(measured: Measured, ordered: bool) -> np.ndarray:
    """Shares of tokens of the first streams, heard and expected; by number where that is an order, otherwise the
    commonest first. uint8 [height, width, 3]."""
    streams, classes = measured.heard.shape
    count = min(SHOWN, streams)
    figure = Figure(figsize=(3 * count, 2.2))
    for stream in range(count):
        axes = figure.add_axes(((stream + 0.18) / count, 0.14, 0.78 / count, 0.72))
        heard, expected = measured.heard[stream], measured.expected[stream]
        order = np.arange(classes) if ordered else np.argsort(-heard, kind="stable")
        axes.fill_between(np.arange(classes), heard[order], step="mid", alpha=0.35, color="black", label="heard")
        axes.plot(np.arange(classes), expected[order], linewidth=1, color="tab:blue", label="expected")
        axes.set_title(f"tokens of latent {stream + 1}", fontsize=9)
        axes.tick_params(labelsize=6)
        axes.legend(fontsize=6)
    return pixels(figure)
