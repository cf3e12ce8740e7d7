"""Load runs one after the other and print, as JSON, how each ended and what it did besides reading files.

Usage: ``load_watched.py RUN…``. The first run must be harmless: it is loaded once before, unwatched, so that
all imports are done. A run is trusted if its name starts with ``trusted``.
"""

import json
import os
import sys
from pathlib import Path

from convlab import ConvlabError, open_run

_EFFECTS = (
    *("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.truncate"),
    *("os.system", "os.exec", "os.posix_spawn", "os.fork", "os.putenv", "subprocess.Popen", "shutil."),
    *("socket.", "urllib.Request", "ctypes.dlopen"),
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
effects: list[str] = []
watching = False


def watch(event: str, arguments: tuple[object, ...]) -> None:
    if not watching:
        return
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING
    if writes or event.startswith(_EFFECTS):
        effects.append(f"{event} {arguments}")


def load(run: Path) -> str:
    try:
        open_run(run).load_model(trust=run.name.startswith("trusted"))
    except ConvlabError as error:
        return f"{type(error).__name__}: {error}"
    return "loaded"


if __name__ == "__main__":
    runs = [Path(each) for each in sys.argv[1:]]
    load(runs[0])
    sys.addaudithook(watch)
    results = {}
    for run in runs:
        effects, watching = [], True
        outcome = load(run)
        watching = False
        results[run.name] = (outcome, effects)
    json.dump(results, sys.stdout)
