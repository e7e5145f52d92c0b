"""`Module`: the base class of models that nn~ plays."""

import os
import types
from collections.abc import Sequence

import torch

from . import codegen, names
from .attributes import TYPE_HASH, Attribute, as_values, check_getter, check_setter
from .metadata import NAME, describe_file
from .methods import check_block, check_signature, describe, whole
from .torchscript import check_method, compile_module, mark
from .trial import try_method
from .verify import verify
from .writing import write_whole


class Module(torch.nn.Module):
    """A model with methods that a patch plays and attributes that it sets.

    sr: the sample rate in Hz that the model was made for, or None. `self.sr` is that rate until the
    host tells its own with `set_sample_rate`. A model may have an attribute named `sr` instead.

    Register methods and attributes in `__init__`, then call `export_to_ts`. For every attribute
    `get_<name>()` and `set_<name>(...)` exist as soon as it is registered, unless the class has its
    own; so do `set_buffer_attribute(key, tensor, sr)`, `clear_buffer_attribute(key)`,
    `is_buffer_empty(key)`, `set_sample_rate(sr)` and `get_sample_rate()` (-1 when unknown).
    """

    def __init__(self, sr: int | None = None):
        super().__init__()
        if sr is not None:
            sr = whole("sr, the sample rate in Hz,", sr, least=1)
        self.sr = sr
        self._sample_rate = sr  # the host's rate when `sr` is an attribute
        self._methods = []
        self._attributes = []
        self._buffer_attributes = []
        self._method_table = {}
        self._attribute_table = {}
        self._generate()

    def register_method(
        self,
        method_name: str,
        in_channels: int,
        in_ratio: int,
        out_channels: int,
        out_ratio: int,
        input_labels: Sequence[str] | None = None,
        output_labels: Sequence[str] | None = None,
        test_method: bool = True,
        test_buffer_size: int | None = None,
        *,
        delay: int = 0,
    ) -> None:
        """Offers a method of the class to the patch, after one run on silence.

        For a block of N samples the method takes one float32 tensor [batch, in_channels, N / in_ratio]
        and returns [batch, out_channels, N / out_ratio], also float32.

        input_labels, output_labels: a text per channel, shown in Max.
        test_method: False skips the run; the export then only warns when the method fails.
        test_buffer_size: samples of the test block, a multiple of both ratios; None for 8192 or
        the next multiple above. delay: the model's own latency, in samples at the host's rate.

        The run leaves the module and torch's random generators as they were. ValueError or
        TypeError names the method and what is wrong; a UserWarning says when it cannot take
        several examples at once.
        """
        names.check_method_name(self, method_name)
        method = describe(
            method_name,
            in_channels,
            in_ratio,
            out_channels,
            out_ratio,
            input_labels,
            output_labels,
            test_method,
            test_buffer_size,
            delay,
        )
        check_method(self, method_name, f"method '{method_name}'")
        check_signature(method_name, getattr(self, method_name))

        def declare(module: torch.nn.Module) -> None:
            module.register_buffer(f"{method_name}_params", method.params())
            setattr(module, f"{method_name}_input_labels", method.input_labels)
            setattr(module, f"{method_name}_output_labels", method.output_labels)

        if test_method:
            method.batch = try_method(self, method, declare)
        declare(self)
        self._methods.append(method_name)
        self._method_table[method_name] = method

    def register_attribute(self, attribute_name: str, values: object) -> None:
        """Adds an attribute that the patch sets and reads.

        values: its first value, or a list or tuple of them: bool, int, float, str, torch.Tensor or
        Buffer. Methods read element i as `self.<attribute_name>[i]`, also when there is only one.
        The class may have its own `get_<name>(self)` and `set_<name>(self, value, ...) -> int`,
        which returns 0, or -1 to refuse. Raises ValueError or TypeError that names the attribute.
        """
        names.check_attribute_name(self, attribute_name)
        elements = as_values(attribute_name, values)
        kinds = tuple(type(value) for value in elements)
        setattr(self, attribute_name, elements)
        self.register_buffer(f"{attribute_name}_params", torch.tensor([TYPE_HASH[kind] for kind in kinds]))
        attribute = Attribute(attribute_name, kinds)
        self._attributes.append(attribute_name)
        self._buffer_attributes += [key for _, key in attribute.buffer_keys()]
        self._attribute_table[attribute_name] = attribute
        self._generate()

    @torch.jit.export
    def get_methods(self) -> list[str]:
        """The registered methods, in order."""
        return self._methods

    @torch.jit.export
    def get_attributes(self) -> list[str]:
        """The registered attributes, in order."""
        return self._attributes

    @torch.jit.export
    def get_buffer_attributes(self) -> list[str]:
        """The keys "attribute#element" of the elements that are Buffers."""
        return self._buffer_attributes

    def finish(self) -> None:
        """Checks hand-written getters and setters and generates the others.

        May be called at the end of `__init__`; `torch.jit.script` and `export_to_ts` call it too.
        Raises ValueError for a getter or setter that a host could not call.
        """
        self._generate()
        for name in (*self._methods, *self._accessors(), *names.HOST_CALLS):
            check_method(self, name, f"method '{name}'")
            mark(self, name)
        for attribute in self._attribute_table.values():
            check_getter(attribute, getattr(self, f"get_{attribute.name}"))
            check_setter(attribute, getattr(self, f"set_{attribute.name}"))

    def export_to_ts(self, path: str | os.PathLike[str], *, block: int | None = None) -> None:
        """Writes the file that nn~ plays, and plays it once before it appears under its name.

        block: the block size in samples that suits the model best, a multiple of every ratio; kept
        in the file for hosts that ask. Raises ValueError naming the method or attribute that
        cannot be exported, FileNotFoundError for a missing folder; then whatever was at `path`
        before is untouched. The module's training mode stays as it is; the file's is off.
        """
        methods = list(self._method_table.values())
        if not methods:
            raise ValueError(f"{type(self).__name__} has no method to play; call register_method first")
        if block is not None:
            block = whole("block", block, least=1)
            for method in methods:
                check_block(method, block, "block")
        self.finish()
        about = describe_file(methods, block, self._made_for())
        modes = [(part, part.training) for part in self.modules()]
        self.eval()
        try:
            scripted = compile_module(self, [*self._methods, *self._accessors()])
        finally:
            for part, training in modes:
                part.training = training
        content = scripted.save_to_buffer(_extra_files={NAME: about})
        attributes = list(self._attribute_table.values())
        write_whole(path, content, lambda written: verify(written, methods, attributes, block))

    def __prepare_scriptable__(self) -> "Module":
        """Called by torch.jit.script: the types that TorchScript cannot see from the values."""
        self.finish()
        own = {}
        for cls in reversed(type(self).__mro__):
            if cls not in Module.__mro__:
                own.update(vars(cls).get("__annotations__", {}))
        lists = dict.fromkeys(("_methods", "_attributes", "_buffer_attributes"), list[str])
        self.__annotations__ = {self._rate_place(): int | None, **lists, **own}
        return self

    def _accessors(self) -> list[str]:
        return [f"{verb}_{name}" for name in self._attributes for verb in ("get", "set")]

    def _by_hand(self, name: str) -> bool:
        """Whether the author wrote method `name`, in the class or onto the module."""
        on_module = vars(self).get(name)
        if on_module is not None:
            return not codegen.is_generated(on_module)
        in_class = getattr(type(self), name, None)
        return in_class is not None and in_class is not getattr(Module, name, None)

    def _rate_place(self) -> str:
        """Where the host's rate goes: `self.sr`, unless the author uses that name otherwise."""
        return "sr" if self.sr is None or type(self.sr) is int else "_sample_rate"

    def _made_for(self) -> int | None:
        """The sample rate for the metadata: that of the constructor, or an attribute `sr` of one int."""
        if isinstance(self.sr, tuple):
            return self.sr[0] if len(self.sr) == 1 and type(self.sr[0]) is int else None
        return self.sr if type(self.sr) is int else None

    def _generate(self) -> None:
        """Puts generated functions on the module, under every name that the author left free."""
        attributes = self._attribute_table.values()
        source = codegen.rate_calls(self._rate_place()) + codegen.buffer_calls(attributes)
        for attribute in attributes:
            source += codegen.getter(attribute) + codegen.setter(attribute)
        for name, function in codegen.compile_functions(source).items():
            if not self._by_hand(name):
                vars(self)[name] = types.MethodType(function, self)
