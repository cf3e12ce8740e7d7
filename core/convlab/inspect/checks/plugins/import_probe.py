"""Loads one plugin in a fresh interpreter that refuses some modules, and tells who asked for them.

Reads ``{"origin": …, "target": …, "refused": […]}`` from standard input and writes ``{"asked": [file, line,
source] or null, "error": text or null}`` to standard output.
"""

import importlib
import json
import linecache
import sys
import traceback
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.metadata import EntryPoint
from types import ModuleType


class Refusal:
    """A finder that lets nobody import some modules, and notes the first line that tried."""

    def __init__(self, refused: Sequence[str]) -> None:
        self._refused = refused
        self.asked: tuple[str, int, str] | None = None

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Refuse what is not to be imported; leave the rest to others."""
        if fullname.partition(".")[0] not in self._refused:
            return None
        if self.asked is None:
            frames = [
                frame for frame in traceback.extract_stack()[:-1] if not frame.filename.startswith("<frozen")
            ]
            importer = frames[-1]
            line = importer.lineno or 0
            source = importer.line or linecache.getline(importer.filename, line).strip()
            self.asked = (importer.filename, line, source)
        raise ModuleNotFoundError(f"{fullname} is not to be imported before it is used", name=fullname)


def load(origin: str, target: str) -> None:
    """Load a plugin as the host does, and call its hooks."""
    from convlab.host import PluginHost

    if origin == "file":
        PluginHost(plugin_files=[target], third_party=False, strict=True)
    elif origin == "entry point":
        plugin = EntryPoint("probed", target, "convlab").load()
        PluginHost(third_party=False, strict=True).register(plugin)
    else:
        importlib.import_module(target)


def main() -> None:
    """Probe the plugin that standard input names."""
    wanted = json.load(sys.stdin)
    refusal, output, error = Refusal(wanted["refused"]), sys.stdout, None
    sys.meta_path.insert(0, refusal)
    sys.stdout = sys.stderr  # what the plugin prints is not the answer
    try:
        load(wanted["origin"], wanted["target"])
    except (Exception, SystemExit) as raised:
        error = f"{type(raised).__name__}: {raised}"
    json.dump({"asked": refusal.asked, "error": error}, output)
    output.flush()


if __name__ == "__main__":
    main()
