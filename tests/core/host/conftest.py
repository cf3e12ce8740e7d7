"""Install plugins as pip would: modules and ``dist-info`` folders in a folder on ``sys.path``."""

import importlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """A function that installs a distribution for the duration of a test.

    Called as ``install(distribution, modules, entry_points=None, version="1.0", metadata=None)``: ``modules``
    maps module names to source code; by default each module is an entry point with the same name.
    """
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.syspath_prepend(site)

    def install_distribution(
        distribution: str,
        modules: Mapping[str, str],
        *,
        entry_points: Mapping[str, str] | None = None,
        version: str = "1.0",
        metadata: str | None = None,
    ) -> None:
        for name, source in modules.items():
            (site / f"{name}.py").write_text(source, encoding="utf-8")
        targets = {name: name for name in modules} if entry_points is None else entry_points
        lines = ["[convlab]", *(f"{name} = {value}" for name, value in targets.items())]
        folder = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        (folder / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
        if metadata is None:
            metadata = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        (folder / "METADATA").write_bytes(metadata.encode(errors="surrogateescape"))
        importlib.invalidate_caches()

    yield install_distribution
    _forget_modules_in(tmp_path)


@pytest.fixture(autouse=True)
def forget_plugin_files(tmp_path: Path) -> Iterator[None]:
    """Remove the plugin files that a test imported from ``sys.modules``."""
    yield
    _forget_modules_in(tmp_path)


def _forget_modules_in(folder: Path) -> None:
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file is not None and file.startswith(f"{folder}{os.sep}"):
            del sys.modules[name]
