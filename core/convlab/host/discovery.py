"""The three places that plugins are loaded from: built-ins, entry points and files."""

import importlib
import importlib.metadata
import importlib.util
import itertools
import linecache
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType

from convlab.errors import ConfigError
from convlab.host.provider import Provider, sha256_of

# By name, so that the host imports none of its contributions until it is asked for them.
BUILT_IN_MODULES = ("convlab_datasets", "convlab_architectures", "convlab_plugins")
ENTRY_POINT_GROUP = "convlab"

Candidate = tuple[Provider, Callable[[], object]]


def built_ins() -> Iterator[Candidate]:
    """Yield the plugins that convlab itself brings."""
    version = importlib.metadata.version("convlab")
    for module in BUILT_IN_MODULES:
        provider = Provider(name="convlab", version=version, origin="built-in", target=module)
        yield provider, partial(importlib.import_module, module)


def entry_points(blocked: frozenset[str]) -> Iterator[Candidate]:
    """Yield the installed plugins by distribution and name, without those whose name is blocked."""
    found = {
        (_normalized(_noted(point, "Name") or "unknown"), point.name, point.value): point
        for point in importlib.metadata.entry_points(group=ENTRY_POINT_GROUP)
    }
    for (distribution, name, value), point in sorted(found.items()):
        if {distribution, name} & blocked:
            continue
        provider = Provider(
            name=distribution, version=_noted(point, "Version"), origin="entry point", target=value
        )
        yield provider, point.load


def blocked_names(listed: str) -> frozenset[str]:
    """Read ``CONVLAB_BLOCK_PLUGINS``: names of distributions or entry points, with commas between."""
    names = [name.strip() for name in listed.split(",") if name.strip()]
    return frozenset(names) | frozenset(_normalized(name) for name in names)


def plugin_file(path: Path) -> Candidate:
    """Return the plugin that one Python file holds.

    Raises:
        ConfigError: there is no such file, or it is not one of Python.
    """
    if path.is_dir():
        raise ConfigError(f"--plugin {str(path)!r}: a folder; name a Python file in it")
    if not path.is_file():
        raise ConfigError(f"--plugin {str(path)!r}: no such file")
    if path.suffix != ".py":
        raise ConfigError(f"--plugin {str(path)!r}: not a Python file; its name must end in .py")
    provider = Provider(name=path.name, version=None, origin="file", target=str(path.resolve()))
    return provider, partial(_import_file, provider)


def snapshot(name: str, target: str, text: str) -> Candidate:
    """Return the plugin that a run recorded the text of; loading it runs that text.

    Args:
        name: the file's name, which qualifies its parts' names.
        target: where the file lay when the run was made.
        text: what ran.
    """
    provider = Provider(name=name, version=None, origin="file", target=target, snapshot=text)
    return provider, partial(_import_file, provider)


def _import_file(provider: Provider) -> ModuleType:
    assert provider.text is not None, "a file's text is kept before it runs"
    path = Path(provider.target)
    if provider.snapshot is not None:
        # No file has this name: what lies at the old place now may be another text.
        path = Path(f"<snapshot {sha256_of(provider.text)[:12]}>", provider.name)
        _show_to_inspect(path, provider.text)
    name = _module_name(path)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None, "a file that ends in .py has a loader"
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and Keras look classes up by their module
    try:
        # Not through the loader, which reads the file again, or its cache: what runs is what a run records.
        exec(compile(provider.text.encode(), path, "exec", dont_inherit=True), vars(module))
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def _show_to_inspect(path: Path, text: str) -> None:
    """Let tracebacks and TensorFlow's AutoGraph find the source of what no file holds."""
    linecache.cache[str(path)] = (len(text), None, text.splitlines(keepends=True), str(path))


def _module_name(path: Path) -> str:
    """Return the name that a file is imported under: no two files share one, and a file keeps its own."""
    stem = f"convlab_plugin_file_{re.sub(r'[^A-Za-z0-9_]', '_', path.stem)}"
    names = itertools.chain([stem], (f"{stem}_{number}" for number in itertools.count(2)))
    return next(name for name in names if name not in sys.modules or sys.modules[name].__file__ == str(path))


def _noted(point: importlib.metadata.EntryPoint, key: str) -> str | None:
    """Return what a distribution's metadata say, which a damaged installation may lack."""
    try:
        return point.dist.metadata[key] if point.dist and key in point.dist.metadata else None
    except FileNotFoundError:  # from importlib_metadata, which takes Python's own place where it is imported
        return None


def _normalized(distribution: str) -> str:
    """Return a distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()
