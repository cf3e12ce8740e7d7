"""A script that loads one plugin in a new interpreter, and reports the line that imports a blocked module.

Reads ``{"origin": …, "target": …, "blocked": […]}`` from standard input and writes ``{"imported_at": [file,
line, source] or null, "error": text or null}`` to standard output.
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
    """Load the plugin that standard input names."""
    request = json.load(sys.stdin)
    blocker, output, error = ImportBlocker(request["blocked"]), sys.stdout, None
    sys.meta_path.insert(0, blocker)
    sys.stdout = sys.stderr  # so that the plugin cannot print into the result
    try:
        load(request["origin"], request["target"])
    except (Exception, SystemExit) as raised:
        error = f"{type(raised).__name__}: {raised}"
    json.dump({"imported_at": blocker.imported_at, "error": error}, output)
    output.flush()


if __name__ == "__main__":
    main()
