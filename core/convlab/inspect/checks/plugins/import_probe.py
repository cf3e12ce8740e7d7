"""A script that loads one plugin in a new interpreter, and reports what importing it does.

Reads ``{"origin": …, "target": …, "blocked": […]}`` from standard input and writes a JSON object to standard
output: ``imported_at`` (file, line and source of the first import of a blocked module), ``error``,
``seconds`` of computing and sleeping, ``effects`` and ``parts``.
"""

import importlib
import json
import linecache
import sys
import time
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from importlib.machinery import ModuleSpec
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

from convlab.host import PluginHost
from convlab.inspect.checks.author_code import called_at, sources_of
from convlab.inspect.checks.conduct.network import without_network
from convlab.parts import Part, provided_types


class ImportBlocker:
    """A finder that blocks some modules.

    Attributes:
        imported_at: file, line and source of the first blocked import.
    """

    def __init__(self, blocked: Sequence[str]) -> None:
        self._blocked = blocked
        self.imported_at: tuple[str, int, str] | None = None

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Raise ``ModuleNotFoundError`` for a blocked module; leave others to the next finder."""
        if fullname.partition(".")[0] not in self._blocked:
            return None
        if self.imported_at is None:
            frames = [
                frame for frame in traceback.extract_stack()[:-1] if not frame.filename.startswith("<frozen")
            ]
            importer = frames[-1]
            line = importer.lineno or 0
            source = importer.line or linecache.getline(importer.filename, line).strip()
            self.imported_at = (importer.filename, line, source)
        raise ModuleNotFoundError(f"{fullname} must not be imported before it is used", name=fullname)


class Stopwatch:
    """The seconds for which the plugin computes or would sleep, however busy the machine is."""

    def __init__(self) -> None:
        self._started = time.process_time()
        self._slept = 0.0
        time.sleep = self._skip

    def _skip(self, seconds: Any, /) -> None:
        self._slept += seconds

    @property
    def seconds(self) -> float:
        """The seconds so far."""
        return time.process_time() - self._started + self._slept


def load(origin: str, target: str) -> list[Part]:
    """Load a plugin as the host does, and return its parts."""
    if origin == "built-in":  # without the other built-ins, and so in less time
        module = importlib.import_module(target)
        return [part for kind in provided_types() for part in getattr(module, kind.kind.hook, list)()]
    if origin == "file":
        host = PluginHost(plugin_files=[target], third_party=False, strict=True)
    else:
        plugin = EntryPoint("probed", target, "convlab").load()
        host = PluginHost(third_party=False, strict=True)
        host.register(plugin, name=target)
    owners = (target, str(Path(target).resolve()))
    return [
        provided.part
        for kind in provided_types()
        for provided in host.parts(kind)
        if provided.provider.target in owners or provided.provider.name == target
    ]


def described(parts: Iterable[Part]) -> list[str]:
    """Describe parts by their kinds, names and default options, in order."""
    return [str(part) + (f" with options {asdict(part.options())}" if part.options else "") for part in parts]


def main() -> None:
    """Load the plugin that standard input names."""
    request = json.load(sys.stdin)
    blocker, output, error = ImportBlocker(request["blocked"]), sys.stdout, None
    effects: list[str] = []
    parts: list[Part] = []

    def report_connection(host: str) -> None:
        if at := called_at(sys._getframe(), sources_of(request["target"])):
            effects.append(f"connects to {host} ({at})")

    if request["origin"] != "built-in":
        PluginHost(third_party=False)  # what every command imports in any case
    sys.meta_path.insert(0, blocker)
    sys.stdout = sys.stderr  # so that the plugin cannot print into the result
    stopwatch = Stopwatch()
    try:
        with without_network(report_connection):
            parts = load(request["origin"], request["target"])
    except (Exception, SystemExit) as raised:
        error = f"{type(raised).__name__}: {raised}"
    seconds = stopwatch.seconds
    effects += [f"writes {file.name} into the working folder" for file in sorted(Path().iterdir())]
    result = {
        "imported_at": blocker.imported_at,
        "error": error,
        "seconds": seconds,
        "effects": effects,
        "parts": described(parts),
    }
    json.dump(result, output)
    output.flush()


if __name__ == "__main__":
    main()
