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
from convlab.system.atomic_write import make_folder, write_bytes
from convlab.system.regular_file import check_regular

Arrays = dict[str, npt.NDArray[Any]]

# Version 0.1 wrote format 1, in which the last state does not name its experiment and its best weights.
_FORMAT, _READABLE = "2", ("1", "2")
_OTHERWISE = "restore it from a copy, or run the experiment again"


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """The content of a checkpoint file.

    Attributes:
        arrays: by name.
        facts: JSON values.
        sha256: the checksum of both, if read from a file.
    """

    arrays: Arrays
    facts: dict[str, Any]
    sha256: str = ""


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> str:
    """Write a safetensors file atomically, and return its checksum; a kill leaves the previous file.

    Raises:
        RunFolderError: it cannot be written.
    """
    from safetensors.numpy import save

    facts = json.dumps(checkpoint.facts)
    arrays = {name: np.require(array, requirements="C") for name, array in checkpoint.arrays.items()}
    sha256 = _digest(arrays, facts)
    metadata = {"format": _FORMAT, "convlab": facts, "sha256": sha256}
    try:
        make_folder(path.parent)
        write_bytes(path, save(arrays, metadata))
    except OSError as error:
        raise RunFolderError(
            f"cannot write the checkpoint {str(path)!r} ({error.strerror or error}); free disk space or "
            "fix its permissions; the previous checkpoint is intact"
        ) from error
    return sha256


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint and verify its checksum.

    Raises:
        RunFolderError: it is missing or damaged, or from another version of convlab.
    """
    metadata, arrays = _read(path)
    facts = metadata.get("convlab", "")
    sha256 = _digest(arrays, facts)
    if metadata.get("sha256") != sha256:
        raise damaged(path, "checksum mismatch")
    return Checkpoint(arrays=arrays, facts=_parse(path, facts), sha256=sha256)


def read_facts(path: Path) -> dict[str, Any]:
    """Read the JSON values of a checkpoint alone, without verifying its checksum.

    Raises:
        RunFolderError: it is missing or damaged, or from another version of convlab.
    """
    metadata, _ = _read(path, with_arrays=False)
    return _parse(path, metadata.get("convlab", ""))


def damaged(path: Path, why: str) -> RunFolderError:
    """Return the error for a file whose content is not what convlab wrote."""
    return RunFolderError(f"checkpoint {str(path)!r} is damaged ({why}); {_OTHERWISE}")


def _read(path: Path, *, with_arrays: bool = True) -> tuple[dict[str, str], Arrays]:
    from safetensors import SafetensorError, safe_open

    try:
        check_regular(path)
        with safe_open(path, framework="numpy") as file:
            metadata: dict[str, str] = file.metadata() or {}
            names = file.keys() if with_arrays else ()
            arrays = {name: file.get_tensor(name) for name in names}
    except FileNotFoundError:
        raise RunFolderError(f"checkpoint {str(path)!r} does not exist; {_OTHERWISE}") from None
    except OSError as error:
        raise RunFolderError(
            f"cannot read the checkpoint {str(path)!r} ({error.strerror or error}); {_OTHERWISE}"
        ) from error
    except (SafetensorError, MemoryError) as error:
        raise damaged(path, str(error) or "larger than the memory") from error
    if metadata.get("format") not in _READABLE:
        raise RunFolderError(
            f"the checkpoint {str(path)!r} has format {metadata.get('format')!r}, which this version of "
            "convlab cannot read; use the version in the run's environment.json"
        )
    return metadata, arrays


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        facts = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise damaged(path, str(error)) from None
    if not isinstance(facts, dict):
        raise damaged(path, "its metadata is not a JSON object")
    return facts


def _digest(arrays: Mapping[str, npt.NDArray[Any]], facts: str) -> str:
    digest = hashlib.sha256(facts.encode())
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
