"""An exported model says what it is: in its file, next to it, and in the names of its input and output."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab import export
from convlab.use.export_formats import FORMATS

OUTPUTS = ["logits", "probabilities"]


def names_of(format_: str, path: Path) -> tuple[list[str], list[str]]:
    """Return the names of the inputs and outputs, read without convlab."""
    if format_ == "onnx":
        import onnxruntime

        session = onnxruntime.InferenceSession(path)
        return [each.name for each in session.get_inputs()], [each.name for each in session.get_outputs()]
    if format_ == "litert":
        from ai_edge_litert.interpreter import Interpreter

        (signature,) = Interpreter(model_path=str(path)).get_signature_list().values()
        return list(signature["inputs"]), list(signature["outputs"])
    import tensorflow as tf

    served = tf.saved_model.load(str(path)).signatures["serving_default"]
    return list(served.structured_input_signature[1]), list(served.structured_outputs)


def description_of(format_: str, path: Path) -> dict[str, Any]:
    """Return what a file says about itself, read without convlab."""
    if format_ == "onnx":
        import onnx

        properties = {each.key: each.value for each in onnx.load(path).metadata_props}
        decoded = ("class_names", "input_shape", "versions")
        return properties | {key: json.loads(properties[key]) for key in decoded}
    if format_ == "litert":
        from tensorflow.lite.tools import flatbuffer_utils

        model = flatbuffer_utils.read_model(str(path))
        (buffer,) = [each.buffer for each in model.metadata if each.name == b"convlab"]
        return dict(json.loads(bytes(model.buffers[buffer].data)))
    if format_ == "keras":
        return dict(json.loads(zipfile.ZipFile(path).read("convlab.json")))
    return dict(json.loads((path / "assets.extra" / "convlab.json").read_bytes()))


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("format_", FORMATS)
def test_an_export_describes_itself(runs_dir: Path, tmp_path: Path, format_: str, output: str) -> None:
    to = tmp_path / f"model{FORMATS[format_].suffix}"
    exported = export("plain", format_, probabilities=output == "probabilities", to=to, runs_dir=runs_dir)
    assert (exported.output, exported.agreement) == (output, 1.0)

    described = description_of(format_, to)
    assert described["class_names"] == list("0123456789")
    assert described["input_shape"] == [8, 8, 1]
    assert (described["output"], described["scaling"]) == (output, "standard")
    assert (described["run"], described["dataset"], described["architecture"]) == ("plain", "digits", "mlp")
    assert "tensorflow" in described["versions"]

    labels = to / "assets.extra" / "labels.txt" if to.is_dir() else to.with_suffix(".labels.txt")
    assert labels.read_text(encoding="utf-8").split() == list("0123456789")
    if format_ != "keras":
        assert names_of(format_, to) == (["image"], [output])
    results = FORMATS[format_].load(to, trust=False)(np.zeros((3, 8, 8, 1), np.uint8))
    assert np.allclose(results.sum(axis=1), 1.0) == (output == "probabilities")
