"""Where plugins come from: built-ins, entry points and files."""

import importlib
import importlib.metadata
import importlib.util
import itertools
import linecache
import os
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType

from packaging.utils import canonicalize_name

from convlab.errors import ConfigError
from convlab.host.provider import Provider, sha256_of
from convlab.version import __version__

# Names, because the host must not import its contributions before it loads them.
BUILT_IN_MODULES = ("convlab_datasets", "convlab_architectures", "convlab_plugins")
ENTRY_POINT_GROUP = "convlab"

# The folder of plugin files that a run recorded. It cannot exist, so a plugin finds nothing next to its file,
# whatever the run's author put into the run's folder or the working directory.
_NOWHERE = Path(os.devnull).resolve()

Candidate = tuple[Provider, Callable[[], object]]


def built_ins() -> Iterator[Candidate]:
    """Yield the plugins that are part of convlab."""
    for module in BUILT_IN_MODULES:
        provider = Provider(name="convlab", version=__version__, origin="built-in", target=module)
        yield provider, partial(importlib.import_module, module)


def entry_points(blocked: frozenset[str]) -> Iterator[Candidate]:
    """Yield the installed plugins, sorted by distribution and name, except the blocked ones."""
    found = {
        (canonicalize_name(_metadata(point, "Name") or "unknown"), point.name, point.value): point
        for point in importlib.metadata.entry_points(group=ENTRY_POINT_GROUP)
    }
    for (distribution, name, value), point in sorted(found.items()):
        if {distribution, name} & blocked:
            continue
        provider = Provider(
            name=distribution, version=_metadata(point, "Version"), origin="entry point", target=value
        )
        yield provider, point.load


def blocked_names(listed: str) -> frozenset[str]:
    """Read ``CONVLAB_BLOCK_PLUGINS``: a comma-separated list of distributions or entry points."""
    names = [name.strip() for name in listed.split(",") if name.strip()]
    return frozenset(names) | frozenset(canonicalize_name(name) for name in names)


def plugin_file(path: Path) -> Candidate:
    """Return the plugin in a Python file.

    Raises:
        ConfigError: it does not exist or is not a Python file.
    """
    if path.is_dir():
        raise ConfigError(f"`plugin_files`: {str(path)!r} is a folder; name a Python file in it")
    if not path.is_file():
        raise ConfigError(f"`plugin_files`: {str(path)!r} does not exist")
    if path.suffix != ".py":
        raise ConfigError(f"`plugin_files`: {str(path)!r} is not a Python file; its name must end in .py")
    provider = Provider(name=path.name, version=None, origin="file", target=str(path.resolve()))
    return provider, partial(_import_file, provider)


def snapshot(name: str, target: str, text: str) -> Candidate:
    """Return a plugin file that a run recorded; loading it runs the recorded source.

    Args:
        name: the file's name, which qualifies its parts' names.
        target: the file's path at the time of the run.
        text: the file's source.
    """
    provider = Provider(name=name, version=None, origin="file", target=target, snapshot=text)
    return provider, partial(_import_file, provider)


def _import_file(provider: Provider) -> ModuleType:
    assert provider.text is not None, "a file's text is kept before it runs"
    path = Path(provider.target)
    if provider.snapshot is not None:
        path = _NOWHERE / f"{sha256_of(provider.text)}.py"
        _register_source(path, provider.text)
    name = _module_name(Path(provider.name).stem, path)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None, "a file that ends in .py has a loader"
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and Keras look up classes by module
    try:
        # Not with the loader, which reads the file again or its cache: run the very text that a run records.
        exec(compile(provider.text.encode(), path, "exec", dont_inherit=True), vars(module))
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def _register_source(path: Path, text: str) -> None:
    """Let tracebacks and TensorFlow's AutoGraph find source that is not in a file."""
    linecache.cache[str(path)] = (len(text), None, text.splitlines(keepends=True), str(path))


def _module_name(stem: str, path: Path) -> str:
    """Return the module name of a file: unique, and the same each time the file is loaded."""
    stem = f"convlab_plugin_file_{re.sub(r'[^A-Za-z0-9_]', '_', stem)}"
    names = itertools.chain([stem], (f"{stem}_{number}" for number in itertools.count(2)))
    return next(name for name in names if name not in sys.modules or sys.modules[name].__file__ == str(path))


def _metadata(point: importlib.metadata.EntryPoint, key: str) -> str | None:
    """Return a field of the distribution's metadata, which a damaged installation may lack."""
    try:
        return point.dist.metadata[key] if point.dist and key in point.dist.metadata else None
    except (FileNotFoundError, UnicodeDecodeError):  # the former from importlib_metadata, once imported
        return None
