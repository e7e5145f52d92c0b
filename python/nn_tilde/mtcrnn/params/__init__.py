"""Parameter files: read, write, resample; the interface of paramManager, and functions of our own below it."""

from .files import META, SUFFIX, ParamsError, curves_of, names_of, parameter, params_path, read_params, write_params
from .manager import paramManager, pdict
from .resampling import interpolate, resample_array, resample_curve

__all__ = [
    "META",
    "SUFFIX",
    "ParamsError",
    "curves_of",
    "interpolate",
    "names_of",
    "paramManager",
    "parameter",
    "params_path",
    "pdict",
    "read_params",
    "resample_array",
    "resample_curve",
    "write_params",
]
