"""The formats that a model can be exported to: how to write and to load each."""

from __future__ import annotations

import importlib.util
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from convlab.errors import ConfigError
from convlab.text.suggestions import did_you_mean
from convlab.use.inference import Images, Logits, LogitsFunction, logits_function
from convlab.use.model_description import INPUT, ModelDescription
from convlab.version import DISTRIBUTION

if TYPE_CHECKING:
    import keras


class Format(ABC):
    """A file format for models.

    Attributes:
        name: the name of the format, as users write it.
        suffix: the suffix of its files; empty for a folder.
        quantizations: the types that weights can be rounded to.
        extra: the extra of convlab that installs the packages the format requires.
        modules: the modules the format requires.
    """

    name: ClassVar[str]
    suffix: ClassVar[str]
    quantizations: ClassVar[tuple[str, ...]] = ()
    extra: ClassVar[str] = ""
    modules: ClassVar[tuple[str, ...]] = ()

    def check_installed(self) -> None:
        """Check that the required modules are installed.

        Raises:
            ConfigError: a module is missing; names the extra to install.
        """
        missing = [module for module in self.modules if importlib.util.find_spec(module) is None]
        if missing:
            raise ConfigError(
                f"`format` {self.name!r} requires {', '.join(missing)}; "
                f"run 'pip install \"{DISTRIBUTION}[{self.extra}]\"'"
            )

    @abstractmethod
    def write(
        self, model: keras.Model, path: Path, quantize: str | None, examples: Images, about: ModelDescription
    ) -> None:
        """Write a model and its description.

        Args:
            model: maps uint8 images to float32 logits or probabilities.
            path: the file or folder to create.
            quantize: one of ``quantizations``, or ``None``.
            examples: training images for calibrating the ranges of activations.
            about: the description.
        """

    @abstractmethod
    def load(self, path: Path, *, trust: bool) -> LogitsFunction:
        """Load a written model as a function from images to logits.

        Args:
            path: the written file or folder.
            trust: whether to execute code that Keras's safe mode refuses.
        """


class KerasFile(Format):
    """Keras's own format, for ``keras.saving.load_model``."""

    name, suffix = "keras", ".keras"

    def write(
        self, model: keras.Model, path: Path, quantize: str | None, examples: Images, about: ModelDescription
    ) -> None:
        """Save the model, with its description as the member ``convlab.json``."""
        model.save(path)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("convlab.json", about.to_json())

    def load(self, path: Path, *, trust: bool) -> LogitsFunction:
        """Load the model with Keras."""
        import keras

        return logits_function(keras.saving.load_model(path, compile=False, safe_mode=not trust))


class SavedModel(Format):
    """TensorFlow's own format, for TensorFlow Serving; independent of the plugins' code."""

    name, suffix = "saved-model", ""

    def write(
        self, model: keras.Model, path: Path, quantize: str | None, examples: Images, about: ModelDescription
    ) -> None:
        """Export the model with a ``serve`` endpoint, and its description in ``assets.extra``."""
        from convlab.use.portable_model import with_names

        with_names(model, about.output).export(path, format="tf_saved_model", verbose=False)
        extra = path / "assets.extra"
        extra.mkdir()
        (extra / "labels.txt").write_text(about.labels(), encoding="utf-8")
        (extra / "convlab.json").write_text(about.to_json(), encoding="utf-8")

    def load(self, path: Path, *, trust: bool) -> LogitsFunction:
        """Load the model and call its endpoint."""
        import tensorflow as tf

        loaded = tf.saved_model.load(str(path))

        def logits_of(images: Images) -> Logits:
            (logits,) = loaded.serve({INPUT: images}).values()
            return np.asarray(logits)

        return logits_of


class LiteRT(Format):
    """LiteRT (formerly TensorFlow Lite), for phones and small devices."""

    name, suffix, extra = "litert", ".tflite", "litert"
    quantizations = ("float16", "int8")
    modules = ("ai_edge_litert",)

    def write(
        self, model: keras.Model, path: Path, quantize: str | None, examples: Images, about: ModelDescription
    ) -> None:
        """Convert the model, with its description as the metadata ``convlab``.

        Even with ``int8``, it takes uint8 pixels and returns float32.
        """
        import tensorflow as tf
        from tensorflow.lite.python.schema_py_generated import BufferT, MetadataT
        from tensorflow.lite.tools import flatbuffer_utils

        from convlab.use.portable_model import in_float32, with_names

        settings: dict[str, Any] = {}
        if quantize is not None:
            settings["optimizations"] = [tf.lite.Optimize.DEFAULT]
        if quantize == "float16":
            settings["target_spec"] = {"supported_types": [tf.float16]}
        if quantize == "int8":
            settings["representative_dataset"] = lambda: _single_images(examples)
        with_names(in_float32(model), about.output).export(path, format="litert", verbose=False, **settings)
        written, metadata, content = flatbuffer_utils.read_model(str(path)), MetadataT(), BufferT()
        content.data = about.to_json().encode()
        metadata.name, metadata.buffer = b"convlab", len(written.buffers)
        written.buffers.append(content)
        written.metadata = [*(written.metadata or ()), metadata]
        flatbuffer_utils.write_model(written, str(path))

    def load(self, path: Path, *, trust: bool) -> LogitsFunction:
        """Load the model in the LiteRT interpreter."""
        from ai_edge_litert.interpreter import Interpreter

        interpreter = Interpreter(model_path=str(path))
        inputs, outputs = interpreter.get_input_details()[0], interpreter.get_output_details()[0]

        def logits_of(images: Images) -> Logits:
            interpreter.resize_tensor_input(inputs["index"], images.shape)
            interpreter.allocate_tensors()
            interpreter.set_tensor(inputs["index"], images)
            interpreter.invoke()
            logits: Logits = interpreter.get_tensor(outputs["index"])
            return logits

        return logits_of


class ONNX(Format):
    """Open Neural Network Exchange, for ONNX Runtime and many others."""

    name, suffix, extra = "onnx", ".onnx", "onnx"
    modules = ("tf2onnx", "onnx", "onnxruntime")

    def write(
        self, model: keras.Model, path: Path, quantize: str | None, examples: Images, about: ModelDescription
    ) -> None:
        """Convert the model, with its description as metadata properties."""
        import onnx
        import tensorflow as tf

        from convlab.use.portable_model import in_float32, with_constant_statistics, with_names

        image = tf.TensorSpec((None, *model.input_shape[1:]), tf.uint8, name=INPUT)
        portable = with_names(in_float32(model), about.output)
        with with_constant_statistics(portable):
            portable.export(path, format="onnx", verbose=False, input_signature=[{INPUT: image}])
        written = onnx.load(path)
        onnx.helper.set_model_props(written, about.properties())
        onnx.save(written, path)

    def load(self, path: Path, *, trust: bool) -> LogitsFunction:
        """Load the model in ONNX Runtime."""
        import onnxruntime

        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        (pixels,) = session.get_inputs()
        return lambda images: np.asarray(session.run(None, {pixels.name: images})[0])


FORMATS: dict[str, Format] = {each.name: each for each in (KerasFile(), SavedModel(), LiteRT(), ONNX())}


def choose_format(name: str, quantize: str | None) -> Format:
    """Return the format with a name.

    Raises:
        ConfigError: the format is unknown, does not support the quantization, or is not installed.
    """
    if name not in FORMATS:
        raise ConfigError(f"unknown `format` {name!r}; {did_you_mean(name, FORMATS)}")
    chosen = FORMATS[name]
    if quantize is not None and quantize not in chosen.quantizations:
        if chosen.quantizations:
            fix = did_you_mean(quantize, chosen.quantizations)
        else:
            fix = f"use {' or '.join(each.name for each in FORMATS.values() if each.quantizations)}"
        raise ConfigError(f"`quantize`: {chosen.name} does not support {quantize}; {fix}")
    chosen.check_installed()
    return chosen


def _single_images(examples: Images) -> Iterator[Sequence[Images]]:
    for image in examples:
        yield [image[np.newaxis]]
