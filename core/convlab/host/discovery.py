"""The three places that plugins are loaded from: built-ins, entry points and files."""

import importlib
import importlib.metadata
import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType

from convlab.errors import ConfigError
from convlab.host.provider import Provider

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
        (_normalized(point.dist.name if point.dist else "unknown"), point.name, point.value): point
        for point in importlib.metadata.entry_points(group=ENTRY_POINT_GROUP)
    }
    for (distribution, name, value), point in sorted(found.items()):
        if {distribution, name} & blocked:
            continue
        version = point.dist.version if point.dist else None
        yield Provider(name=distribution, version=version, origin="entry point", target=value), point.load


def blocked_names(listed: str) -> frozenset[str]:
    """Read ``CONVLAB_BLOCK_PLUGINS``: names of distributions or entry points, with commas between."""
    names = [name.strip() for name in listed.split(",") if name.strip()]
    return frozenset(names) | frozenset(_normalized(name) for name in names)


def plugin_file(path: Path) -> Candidate:
    """Return the plugin that one Python file holds.

    Raises:
        ConfigError: there is no such file.
    """
    if not path.is_file():
        raise ConfigError(f"--plugin {str(path)!r}: no such file")
    provider = Provider(name=path.name, version=None, origin="file", target=str(path.resolve()))
    return provider, lambda: _import_file(path, provider)


def _import_file(path: Path, provider: Provider) -> ModuleType:
    assert provider.text is not None, "a file's text is kept before it runs"
    name = f"convlab_plugin_file_{re.sub(r'[^A-Za-z0-9_]', '_', path.stem)}"
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file: its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and Keras look classes up by their module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _normalized(distribution: str) -> str:
    """Return a distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()
