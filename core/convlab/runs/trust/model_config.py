"""What a ``.keras`` file asks Keras to make, read before Keras sees it.

Keras's safe mode refuses Python lambdas and SavedModels, but lets a ``Lambda`` layer or a function argument
name any exported function of Keras, some of which write files; ways around it were found again and again
(CVE-2025-1550, CVE-2025-8747, CVE-2025-9906). So layers and functions are checked here by what is known to be
harmless.
"""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convlab.errors import RunFolderError, TrustError

# Layers that carry or load code of whoever made the file.
_CODE_LAYERS = frozenset({"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"})
# Where Keras keeps functions that only compute.
_COMPUTING = ("activations", "constraints", "initializers", "losses", "metrics", "ops", "regularizers")
_LARGEST_CONFIG = 2**26


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """The layers and functions of a model file.

    Attributes:
        code: those that carry code or may do more than compute.
        own_classes: the registered names of those that are not Keras's.
    """

    code: tuple[str, ...]
    own_classes: tuple[str, ...]


def checked_config(file: Path, *, trust: bool) -> ModelConfig:
    """Read the configuration in a ``.keras`` file and refuse what may run code.

    Args:
        file: the model file.
        trust: whether it may run code all the same.

    Raises:
        TrustError: it may, and is not trusted.
        RunFolderError: the file is missing, or is no whole ``.keras`` file.
    """
    config = read_model_config(file)
    if config.code and not trust:
        raise TrustError(
            f"{str(file)!r} has {' and '.join(map(repr, config.code))}, which may run code of whoever made "
            "the file, so it is not loaded: if you trust them add --trust"
        )
    return config


def read_model_config(file: Path) -> ModelConfig:
    """Read the configuration in a ``.keras`` file; makes nothing of it.

    Raises:
        RunFolderError: the file is missing, or is no whole ``.keras`` file.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.getinfo("config.json").file_size > _LARGEST_CONFIG:
                raise RunFolderError(
                    f"{str(file)!r} is refused: its configuration is larger than any model's"
                )
            config = json.loads(archive.read("config.json"))
        objects = list(_objects(config))
    except FileNotFoundError:
        finished = (file.parent / "summary.json").exists()
        why = (
            "it was removed, so run it again"
            if finished
            else "the run has not finished: 'convlab resume' goes on"
        )
        raise RunFolderError(f"{str(file.parent)!r} has no {file.name}: {why}") from None
    except OSError as error:
        raise RunFolderError(f"cannot read {str(file)!r}: {error.strerror or error}") from None
    except (zipfile.BadZipFile, KeyError, ValueError, RecursionError, NotImplementedError) as error:
        reason = " ".join(str(error).split())
        raise RunFolderError(
            f"{str(file)!r} is damaged ({reason}): take it from a copy of the run, or run it again"
        ) from None
    return ModelConfig(
        code=tuple(dict.fromkeys(name for each in objects if (name := _code(each)))),
        own_classes=tuple(dict.fromkeys(name for each in objects if (name := _own_class(each)))),
    )


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield each description of an object or function, at any depth."""
    if isinstance(value, dict):
        if isinstance(value.get("class_name"), str):
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _objects(item)


def _code(described: dict[str, Any]) -> str:
    """Return what is to be said of an object that may do more than compute, nothing of others."""
    class_name, module = described["class_name"], described.get("module")
    if class_name in _CODE_LAYERS:
        return f"a {class_name} layer"
    if class_name == "__lambda__":
        return "a Python lambda"
    if class_name == "function" and isinstance(module, str) and _of_keras(module):
        part = module.removeprefix("keras.").partition(".")[0]
        return "" if part in _COMPUTING else f"the function {module}.{described.get('config')}"
    return ""


def _own_class(described: dict[str, Any]) -> str:
    module = described.get("module")
    if not isinstance(module, str) or _of_keras(module) or module == "builtins":
        return ""
    return str(described.get("registered_name") or described["class_name"])


def _of_keras(module: str) -> bool:
    return module == "keras" or module.startswith("keras.")
