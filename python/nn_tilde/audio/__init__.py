"""Audio files, datasets and augmentations: decode, resample, store, cut, vary. No torch is needed to read audio.

`read_audio`, `blocks`, `read_excerpt` and `probe` read files, `find_audio` finds them; `dataset.open_dataset` opens
what `rave preprocess` made and `crops.Crops` cuts training examples from it.
"""

from .files import EXTENSIONS, AudioError, find_audio
from .reading import AudioInfo, blocks, probe, read_audio, read_excerpt

__all__ = ["EXTENSIONS", "AudioError", "AudioInfo", "blocks", "find_audio", "probe", "read_audio", "read_excerpt"]
