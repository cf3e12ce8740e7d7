"""Whether the installed versions are those that convlab needs."""

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from convlab.inspect.doctor.finding import Finding, ok, problem

_TOPIC = "versions"
_SHOWN = ("tensorflow", "keras", "numpy", "scikit-learn")


def examine_versions() -> Iterator[Finding]:
    """Compare each package that convlab requires with what its metadata asks for."""
    versions = {"python": platform.python_version(), "convlab": version("convlab")}
    for requirement in map(Requirement, requires("convlab") or ()):
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            yield problem(_TOPIC, f"{requirement.name} is not installed", f"pip install '{requirement}'")
            continue
        if not requirement.specifier.contains(installed, prereleases=True):
            yield problem(
                _TOPIC,
                f"{requirement.name} is {installed}, but convlab needs {requirement.specifier}",
                f"pip install '{requirement}'",
            )
        if requirement.name in _SHOWN:
            versions[requirement.name] = installed
    yield ok(_TOPIC, ", ".join(f"{name} {number}" for name, number in versions.items()))
