"""The formats that a model can be exported to: how each is written, and loaded again."""

from __future__ import annotations

import importlib.util
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from convlab.errors import ConfigError

if TYPE_CHECKING:
    import keras

Images = npt.NDArray[np.uint8]
LogitsOf = Callable[[Images], npt.NDArray[np.float32]]


class Format(ABC):
    """A way to keep a model.

    Attributes:
        name: as one writes it.
        suffix: what its files' names end in; empty for a folder.
        quantizations: what weights can be rounded to.
        extra: the extra of convlab that brings what it needs, if it needs something.
        modules: what must be importable.
    """

    name: ClassVar[str]
    suffix: ClassVar[str]
    quantizations: ClassVar[tuple[str, ...]] = ()
    extra: ClassVar[str] = ""
    modules: ClassVar[tuple[str, ...]] = ()

    def check_installed(self) -> None:
        """See to it that what the format needs is installed.

        Raises:
            ConfigError: it is not; says which extra brings it.
        """
        missing = [module for module in self.modules if importlib.util.find_spec(module) is None]
        if missing:
            raise ConfigError(
                f"--format {self.name} needs {', '.join(missing)}: pip install 'convlab[{self.extra}]'"
            )

    @abstractmethod
    def write(self, model: keras.Model, path: Path, quantize: str | None, examples: Images) -> None:
        """Write a model.

        Args:
            model: from uint8 images to float32 logits.
            path: the file or folder to make.
            quantize: one of ``quantizations``, or ``None``.
            examples: train images that tell the range of values inside the network.
        """

    @abstractmethod
    def load(self, path: Path, *, trust: bool) -> LogitsOf:
        """Load what was written and return it as a function from images to logits.

        Args:
            path: what was written.
            trust: whether it may run code that Keras's safe mode refuses.
        """


class KerasFile(Format):
    """Keras's own: ``keras.saving.load_model`` reads it."""

    name, suffix = "keras", ".keras"

    def write(self, model: keras.Model, path: Path, quantize: str | None, examples: Images) -> None:
        """Save the model."""
        model.save(path)

    def load(self, path: Path, *, trust: bool) -> LogitsOf:
        """Load it as Keras does."""
        import keras

        from convlab.use.inference import forward

        return forward(keras.saving.load_model(path, compile=False, safe_mode=not trust))


class SavedModel(Format):
    """TensorFlow's own, for TensorFlow Serving; needs no code of the plugins."""

    name, suffix = "saved-model", ""

    def write(self, model: keras.Model, path: Path, quantize: str | None, examples: Images) -> None:
        """Export the model with an endpoint ``serve``."""
        model.export(path, format="tf_saved_model", verbose=False)

    def load(self, path: Path, *, trust: bool) -> LogitsOf:
        """Load it and call the endpoint."""
        import tensorflow as tf

        loaded = tf.saved_model.load(str(path))
        return lambda images: np.asarray(loaded.serve(images))


class LiteRT(Format):
    """For phones and small devices, formerly TensorFlow Lite."""

    name, suffix, extra = "litert", ".tflite", "litert"
    quantizations = ("float16", "int8")
    modules = ("ai_edge_litert",)

    def write(self, model: keras.Model, path: Path, quantize: str | None, examples: Images) -> None:
        """Convert the model; with ``int8`` its input stays uint8 pixels and its output float32 logits."""
        import tensorflow as tf

        from convlab.use.export_model import in_float32

        settings: dict[str, Any] = {}
        if quantize is not None:
            settings["optimizations"] = [tf.lite.Optimize.DEFAULT]
        if quantize == "float16":
            settings["target_spec"] = {"supported_types": [tf.float16]}
        if quantize == "int8":
            settings["representative_dataset"] = lambda: _one_by_one(examples)
        in_float32(model).export(path, format="litert", verbose=False, **settings)

    def load(self, path: Path, *, trust: bool) -> LogitsOf:
        """Load it in the interpreter that devices have."""
        from ai_edge_litert.interpreter import Interpreter

        interpreter = Interpreter(model_path=str(path))
        inputs, outputs = interpreter.get_input_details()[0], interpreter.get_output_details()[0]

        def logits_of(images: Images) -> npt.NDArray[np.float32]:
            interpreter.resize_tensor_input(inputs["index"], images.shape)
            interpreter.allocate_tensors()
            interpreter.set_tensor(inputs["index"], images)
            interpreter.invoke()
            logits: npt.NDArray[np.float32] = interpreter.get_tensor(outputs["index"])
            return logits

        return logits_of


class ONNX(Format):
    """The Open Neural Network Exchange, for ONNX Runtime and many others."""

    name, suffix, extra = "onnx", ".onnx", "onnx"
    modules = ("tf2onnx", "onnx", "onnxruntime")

    def write(self, model: keras.Model, path: Path, quantize: str | None, examples: Images) -> None:
        """Convert the model."""
        import tensorflow as tf

        from convlab.use.export_model import as_constants, in_float32

        pixels = tf.TensorSpec((None, *model.input_shape[1:]), tf.uint8, name="pixels")
        portable = in_float32(model)
        with as_constants(portable):
            portable.export(path, format="onnx", verbose=False, input_signature=[pixels])

    def load(self, path: Path, *, trust: bool) -> LogitsOf:
        """Load it in ONNX Runtime."""
        import onnxruntime

        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        (pixels,) = session.get_inputs()
        return lambda images: np.asarray(session.run(None, {pixels.name: images})[0])


FORMATS: dict[str, Format] = {each.name: each for each in (KerasFile(), SavedModel(), LiteRT(), ONNX())}


def _one_by_one(examples: Images) -> Iterator[Sequence[Images]]:
    for image in examples:
        yield [image[np.newaxis]]
