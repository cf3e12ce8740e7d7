"""A checkpoint file: arrays and JSON, written atomically, never a pickle."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from convlab.errors import RunFolderError
from convlab.system.atomic_write import write_bytes

Arrays = dict[str, npt.NDArray[Any]]

_FORMAT = "1"
_OTHERWISE = "restore it from a copy, or run the experiment again"


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """The content of a checkpoint file.

    Attributes:
        arrays: by name.
        facts: JSON values.
    """

    arrays: Arrays
    facts: dict[str, Any]


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a safetensors file atomically; a kill leaves the previous one.

    Raises:
        RunFolderError: it cannot be written.
    """
    from safetensors.numpy import save

    facts = json.dumps(checkpoint.facts)
    arrays = {name: np.require(array, requirements="C") for name, array in checkpoint.arrays.items()}
    metadata = {"format": _FORMAT, "convlab": facts, "sha256": _digest(arrays, facts)}
    try:
        path.parent.mkdir(exist_ok=True)
        write_bytes(path, save(arrays, metadata))
    except OSError as error:
        raise RunFolderError(
            f"cannot write the checkpoint {str(path)!r} ({error.strerror or error}); free disk space or "
            "fix its permissions; the previous checkpoint is intact"
        ) from error


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint and verify its checksum.

    Raises:
        RunFolderError: it is missing or damaged, or from another version of convlab.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            metadata: dict[str, str] = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        raise RunFolderError(f"checkpoint {str(path)!r} does not exist; {_OTHERWISE}") from None
    except OSError as error:
        raise RunFolderError(f"cannot read the checkpoint {str(path)!r}: {error}") from error
    except SafetensorError as error:
        raise _damaged(path, str(error)) from error
    if metadata.get("format") != _FORMAT:
        raise RunFolderError(
            f"the checkpoint {str(path)!r} has format {metadata.get('format')!r}, which this version of "
            "convlab cannot read; use the version in the run's environment.json"
        )
    facts = metadata.get("convlab", "")
    if metadata.get("sha256") != _digest(arrays, facts):
        raise _damaged(path, "checksum mismatch")
    return Checkpoint(arrays=arrays, facts=json.loads(facts))


def _damaged(path: Path, why: str) -> RunFolderError:
    return RunFolderError(f"checkpoint {str(path)!r} is damaged ({why}); {_OTHERWISE}")


def _digest(arrays: Mapping[str, npt.NDArray[Any]], facts: str) -> str:
    digest = hashlib.sha256(facts.encode())
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
