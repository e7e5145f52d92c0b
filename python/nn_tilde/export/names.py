"""Which names methods and attributes may have: those that are free in the class and in the file."""

import keyword

import torch

# What hosts call on every file; generated for each module.
HOST_CALLS = frozenset(
    (
        "get_methods",
        "get_attributes",
        "get_buffer_attributes",
        "set_buffer_attribute",
        "clear_buffer_attribute",
        "is_buffer_empty",
        "set_sample_rate",
        "get_sample_rate",
    )
)
METHOD_ENDINGS = ("_params", "_input_labels", "_output_labels")  # what the file tells of a method
_PRESENT = "is taken by another part of the class; choose another name"


def check_method_name(module: torch.nn.Module, name: object) -> None:
    """Raises TypeError or ValueError unless `name` can be registered as a method of `module`."""
    _check_word("method", name)
    if name in HOST_CALLS:
        raise ValueError(f"method name '{name}' is reserved for the host; choose another name")
    if name in module._methods:
        raise ValueError(f"method '{name}' is registered twice; register it once")
    owner = name[4:] if name.startswith(("get_", "set_")) else None
    if owner in module._attributes:
        raise ValueError(f"method name '{name}' is that of an accessor of attribute '{owner}'; rename one")
    if name in module._attributes:
        raise ValueError(f"'{name}' is an attribute already; give the method another name")
    for needed in (f"{name}{ending}" for ending in METHOD_ENDINGS):
        if hasattr(module, needed):
            raise ValueError(f"method '{name}' needs the name '{needed}', which {_PRESENT}")


def check_attribute_name(module: torch.nn.Module, name: object) -> None:
    """Raises TypeError or ValueError unless `name` can be registered as an attribute of `module`."""
    _check_word("attribute", name)
    accessors = (f"get_{name}", f"set_{name}")
    # Hosts leave out an attribute called "none": old files begin their list with it.
    if name in ("none", "training") or not HOST_CALLS.isdisjoint(accessors):
        raise ValueError(f"attribute name '{name}' is reserved; choose another name")
    if name in module._attributes:
        raise ValueError(f"attribute '{name}' is registered twice; register it once")
    for accessor in accessors:
        if accessor in module._methods:
            raise ValueError(f"attribute '{name}' needs the name '{accessor}', which is a method; rename one")
    in_class = getattr(type(module), name, None)
    if name in module._methods or callable(in_class) or isinstance(in_class, property):
        raise ValueError(f"'{name}' is a method already; give the attribute another name")
    parts = module._parameters.keys() | module._buffers.keys() | module._modules.keys()
    descriptions = {f"{method}{ending}" for method in module._methods for ending in METHOD_ENDINGS}
    if name in parts | descriptions:
        raise ValueError(f"attribute name '{name}' {_PRESENT}")
    if hasattr(module, f"{name}_params"):
        raise ValueError(f"attribute '{name}' needs the name '{name}_params', which {_PRESENT}")


def _check_word(what: str, name: object) -> None:
    if not isinstance(name, str):
        raise TypeError(f"{what} name must be a str, not {name!r}")
    plain = name.isidentifier() and name.isascii() and not name.startswith("_")
    if not plain or keyword.iskeyword(name):
        raise ValueError(
            f"{what} name '{name}' must be a Python name of plain letters, digits and _, and begin with a letter"
        )
