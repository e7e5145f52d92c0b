"""Recordings, their labels and cached spectra, for training. Only `FrameItems` needs torch."""

from importlib import import_module
from typing import TYPE_CHECKING

from .callbacks import Callback
from .dataset import Dataset
from .frames import Frames
from .recordings import Form, Recording
from .splits import Piece, Split
from .tables import MetadataError
from .task import Task, Track
from .transform import Transform

if TYPE_CHECKING:
    from .windows import FrameItems

__all__ = [
    "Callback",
    "Dataset",
    "Form",
    "FrameItems",
    "Frames",
    "MetadataError",
    "Piece",
    "Recording",
    "Split",
    "Task",
    "Track",
    "Transform",
]


def __getattr__(name: str) -> object:
    if name != "FrameItems":
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return import_module(".windows", __name__).FrameItems
