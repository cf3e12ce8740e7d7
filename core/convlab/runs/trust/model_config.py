"""What a ``.keras`` file makes Keras construct, checked before Keras reads the file.

Keras's safe mode refuses Python lambdas and SavedModels, but lets a ``Lambda`` layer or a function argument
name any exported function of Keras, some of which write files, and it has been bypassed repeatedly
(CVE-2025-1550, CVE-2025-8747, CVE-2025-9906). Therefore only functions known to be harmless are allowed here.
"""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convlab.errors import RunFolderError, TrustError
from convlab.text.formatting import one_line

MODEL_FILE = "model.keras"

# Layers that contain or load code from the author of the file.
_CODE_LAYERS = frozenset({"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"})
# The modules of Keras whose functions only compute.
_PURE_MODULES = ("activations", "constraints", "initializers", "losses", "metrics", "ops", "regularizers")
_MAX_CONFIG_BYTES = 2**26


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """The layers and functions of a model file.

    Attributes:
        code: descriptions of those that contain code, or could do more than compute.
        custom_classes: the registered names of those that are not part of Keras.
    """

    code: tuple[str, ...]
    custom_classes: tuple[str, ...]


def checked_config(file: Path, *, trust: bool) -> ModelConfig:
    """Read the configuration in a ``.keras`` file, and refuse one that contains code.

    Args:
        file: the model file.
        trust: whether to allow code.

    Raises:
        TrustError: the file contains code that is not trusted.
        RunFolderError: the file is missing, or is not a complete ``.keras`` file.
    """
    config = read_model_config(file)
    if config.code and not trust:
        raise TrustError(
            f"{str(file)!r} contains code from its author ({' and '.join(config.code)}); refused. Use "
            "`trust` to load it"
        )
    return config


def read_model_config(file: Path) -> ModelConfig:
    """Read the configuration in a ``.keras`` file, without constructing anything.

    Raises:
        RunFolderError: the file is missing, or is not a complete ``.keras`` file.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.getinfo("config.json").file_size > _MAX_CONFIG_BYTES:
                raise RunFolderError(f"{str(file)!r} has an implausibly large configuration; refused")
            config = json.loads(archive.read("config.json"))
        objects = list(_objects(config))
    except FileNotFoundError:
        raise RunFolderError(_explain_missing(file)) from None
    except OSError as error:
        raise RunFolderError(f"cannot read {str(file)!r} ({error.strerror or error})") from None
    except (zipfile.BadZipFile, KeyError, ValueError, RecursionError, NotImplementedError) as error:
        raise RunFolderError(
            f"{str(file)!r} is damaged ({one_line(error)}); restore it from a copy of the run, or run "
            "it again"
        ) from None
    return ModelConfig(
        code=tuple(dict.fromkeys(code for each in objects if (code := _code(each)))),
        custom_classes=tuple(dict.fromkeys(name for each in objects if (name := _custom_class(each)))),
    )


def _explain_missing(file: Path) -> str:
    finished = (file.parent / "summary.json").exists()
    reason = (
        "it was removed, run it again"
        if finished
        else "the run has not finished, continue it with 'convlab resume'"
    )
    return f"{str(file.parent)!r} has no {file.name}; {reason}"


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the configuration of each object and function, at any depth."""
    if isinstance(value, dict):
        if isinstance(value.get("class_name"), str):
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _objects(item)


def _code(config: dict[str, Any]) -> str:
    """Return a description of an object that could do more than compute, and nothing for others."""
    class_name, module = config["class_name"], config.get("module")
    if class_name in _CODE_LAYERS:
        return f"a {class_name} layer"
    if class_name == "__lambda__":
        return "a Python lambda"
    if class_name == "function" and isinstance(module, str) and _is_keras(module):
        part = module.removeprefix("keras.").partition(".")[0]
        return "" if part in _PURE_MODULES else f"the function {module}.{config.get('config')}"
    return ""


def _custom_class(config: dict[str, Any]) -> str:
    module = config.get("module")
    if not isinstance(module, str) or _is_keras(module) or module == "builtins":
        return ""
    return str(config.get("registered_name") or config["class_name"])


def _is_keras(module: str) -> bool:
    return module == "keras" or module.startswith("keras.")
