"""An ONNX graph under construction. Tensors are known by their names."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET, IR = 17, 8  # of 2022: every runtime of today reads them
END = np.iinfo(np.int64).max  # as the end of a slice: to the last


class Graph:
    """Nodes in order, constants, inputs, outputs.

    channels: of the audio. rows: the batch axis of the present tensors, which is always known.
    """

    def __init__(self, channels: int) -> None:
        self.channels, self.rows = channels, 1
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []
        self.states: dict[str, tuple[int, ...]] = {}  # shapes of the inputs that are state
        self._next_states: list[tuple[str, str, tuple[int, ...]]] = []
        self._count = 0

    def __call__(self, kind: str, *inputs: str | np.ndarray, outputs: int = 1, **attributes: object) -> str | list[str]:
        """Adds a node; arrays among the inputs become constants, "" stands for one left out."""
        names = [self._name() for _ in range(outputs)]
        taken = [self.constant(value) if isinstance(value, np.ndarray) else value for value in inputs]
        self.nodes.append(helper.make_node(kind, taken, names, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value: np.ndarray) -> str:
        name = self._name()
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _name(self) -> str:
        self._count += 1
        return f"v{self._count}"

    def input(self, name: str, shape: tuple[int | str, ...]) -> str:
        """float32; an axis that is a word may have any length."""
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        return name

    def output(self, name: str, value: str, shape: tuple[int | str, ...]) -> None:
        self.nodes.append(helper.make_node("Identity", [value], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def state(self, shape: tuple[int, ...]) -> str:
        """An input that is zero at the start and afterwards what `next_state` says."""
        name = f"state_{len(self.states)}"
        self.states[name] = shape
        return name

    def next_state(self, name: str, value: str) -> None:
        self._next_states.append((f"{name}_next", value, self.states[name]))

    # Shapes; the last axis is time and may have any length.

    def slice(self, x: str, start: int, end: int, axis: int) -> str:
        numbers = [np.array([value], np.int64) for value in (start, end, axis)]
        return self("Slice", x, *numbers)

    def reshape(self, x: str, *shape: int) -> str:
        return self("Reshape", x, np.array(shape, np.int64))

    def transpose(self, x: str, *order: int) -> str:
        return self("Transpose", x, perm=list(order))

    def pad(self, x: str, before: int, after: int, axis: int, axes: int = 3, mode: str = "constant") -> str:
        """Negative counts cut."""
        pads = np.zeros((2, axes), np.int64)
        pads[:, axis] = before, after
        return self("Pad", x, pads.reshape(-1), mode=mode)

    def model(self, name: str, metadata: dict[str, str]) -> onnx.ModelProto:
        """The finished, checked model; states are its last inputs and outputs."""
        for state, shape in self.states.items():
            self.input(state, shape)
        for output, value, shape in self._next_states:
            self.output(output, value, shape)
        graph = helper.make_graph(self.nodes, name, self.inputs, self.outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="nn_tilde")
        model.ir_version = IR
        helper.set_model_props(model, metadata)
        onnx.checker.check_model(model, full_check=True)
        return model
