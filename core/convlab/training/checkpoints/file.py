"""One file that holds arrays and facts, whole or not at all, and never a pickle."""

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


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """What a checkpoint file holds.

    Attributes:
        arrays: by name.
        facts: anything that JSON holds.
    """

    arrays: Arrays
    facts: dict[str, Any]


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a safetensors file in one step; a kill leaves the old one.

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
            f"cannot write the checkpoint {str(path)!r} ({error.strerror or error}): free space or mend its "
            "permissions; what was written before is whole"
        ) from error


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint and see that it is what was written.

    Raises:
        RunFolderError: it is not there, damaged, or of another version of convlab.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            metadata: dict[str, str] = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        again = path.parent.parent / "experiment.toml"
        raise RunFolderError(
            f"no checkpoint {str(path)!r}: put a copy there, or train again with 'convlab run {again}'"
        ) from None
    except OSError as error:
        raise RunFolderError(f"cannot read the checkpoint {str(path)!r}: {error}") from error
    except SafetensorError as error:
        raise _damaged(path, str(error)) from error
    if metadata.get("format") != _FORMAT:
        raise RunFolderError(
            f"the checkpoint {str(path)!r} has the format {metadata.get('format')!r}, which this version of "
            "convlab does not read: use the version in the run's environment.json"
        )
    facts = metadata.get("convlab", "")
    if metadata.get("sha256") != _digest(arrays, facts):
        raise _damaged(path, "its checksum is not that of its content")
    return Checkpoint(arrays=arrays, facts=json.loads(facts))


def _damaged(path: Path, why: str) -> RunFolderError:
    return RunFolderError(
        f"the checkpoint {str(path)!r} is damaged ({why}): put a copy in its place, or train again with "
        f"'convlab run {path.parent.parent / 'experiment.toml'}'"
    )


def _digest(arrays: Mapping[str, npt.NDArray[Any]], facts: str) -> str:
    digest = hashlib.sha256(facts.encode())
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
