"""What a ``.keras`` file makes Keras construct, checked before Keras reads the file.

Keras's safe mode refuses Python lambdas and SavedModels, but constructs or calls almost anything else in
Keras with arguments from the file, and it has been bypassed repeatedly (CVE-2025-1550, CVE-2025-8747,
CVE-2025-9906). Therefore only objects known to be harmless are allowed here.
"""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from convlab.errors import RunFolderError, TrustError
from convlab.runs.trust.harmless_objects import CLASSES, FUNCTIONS, VALUES
from convlab.runs.trust.model_archive import read_config
from convlab.text.formatting import one_line

MODEL_FILE = "model.keras"
_Kind = Literal["harmless", "unsafe", "custom class", "custom function"]
# Layers that contain or load code from the author of the file.
_CODE_LAYERS = frozenset({"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"})
_MOST_LISTED = 3
_MAX_NAME = 80


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """The objects that a model file names.

    Attributes:
        unsafe: descriptions of those that contain code, or could do more than compute.
        custom_classes: the registered names of the classes that are not part of Keras.
        custom_functions: the registered names of the functions that are not part of Keras.
    """

    unsafe: tuple[str, ...]
    custom_classes: tuple[str, ...]
    custom_functions: tuple[str, ...]

    @property
    def custom_names(self) -> tuple[str, ...]:
        """The registered names of everything that is not part of Keras."""
        return self.custom_classes + self.custom_functions


def checked_config(file: Path, *, trust: bool) -> ModelConfig:
    """Read the configuration in a ``.keras`` file, and refuse one that could do more than compute.

    Args:
        file: the model file.
        trust: whether to allow code.

    Raises:
        TrustError: the file contains code, or names an object that is not known to be harmless.
        RunFolderError: the file is missing, or is not a complete ``.keras`` file.
    """
    config = read_model_config(file)
    if config.unsafe and not trust:
        listed = " and ".join(config.unsafe[:_MOST_LISTED])
        more = len(config.unsafe) - _MOST_LISTED
        raise TrustError(
            f"{str(file)!r} could execute code from its author ({listed}{f' and {more} more' * (more > 0)}); "
            "refused. Use `trust` to load it"
        )
    return config


def read_model_config(file: Path) -> ModelConfig:
    """Read the configuration in a ``.keras`` file, without constructing anything.

    Raises:
        RunFolderError: the file is missing, or is not a complete ``.keras`` file.
    """
    try:
        config = json.loads(read_config(file))
        if isinstance(config, dict):
            config.pop("compile_config", None)  # which load_model does not load
        objects = list(_objects(config))
    except FileNotFoundError:
        raise RunFolderError(_explain_missing(file)) from None
    except OSError as error:
        raise RunFolderError(f"cannot read {str(file)!r} ({error.strerror or error})") from None
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, RuntimeError) as error:
        raise RunFolderError(
            f"{str(file)!r} is damaged ({one_line(error)}); restore it from a copy of the run, or run "
            "it again"
        ) from None
    kinds: dict[_Kind, list[str]] = {kind: [] for kind in get_args(_Kind)}
    for each in objects:
        kind, name = _classify(each)
        if name not in kinds[kind]:
            kinds[kind].append(name)
    return ModelConfig(
        unsafe=tuple(kinds["unsafe"]),
        custom_classes=tuple(kinds["custom class"]),
        custom_functions=tuple(kinds["custom function"]),
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
        if "class_name" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _objects(item)


def _classify(config: dict[str, Any]) -> tuple[_Kind, str]:
    """Return how Keras will find an object, and its registered name or a description of what is unsafe."""
    class_name, module, inner = config["class_name"], config.get("module"), config.get("config")
    is_function = class_name == "function"
    name = inner if is_function else class_name
    # Keras looks up the registered name of a class first, whatever its module.
    registered_name = config.get("registered_name", class_name)
    if not isinstance(name, str):
        return "unsafe", "an object without a name"
    if class_name in VALUES:
        return "harmless", name
    if class_name.startswith("__"):
        return "unsafe", "a Python lambda" if class_name == "__lambda__" else one_line(class_name, _MAX_NAME)
    if isinstance(module, str) and module.partition(".")[0] in ("keras", "builtins"):
        if is_function and module == "builtins":
            return "harmless" if name in FUNCTIONS else "custom function", name
        vocabulary = inner.get("vocabulary") if isinstance(inner, dict) else None
        if (module, name) not in CLASSES or registered_name not in (None, name):
            layer = name in _CODE_LAYERS and module == "keras.layers"
            return "unsafe", f"a {name} layer" if layer else one_line(f"{module}.{name}", _MAX_NAME)
        if not isinstance(vocabulary, list | None):
            return "unsafe", f"a {name} layer that reads a file"
        return "harmless", name
    if is_function:
        return "custom function", name
    if "module" in config and isinstance(registered_name, str) and registered_name:
        return "custom class", registered_name
    return "unsafe", one_line(f"{module}.{name}", _MAX_NAME)
