"""What a word on the command line means: a plugin, a plugin file or a part."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from convlab.errors import UnknownNameError
from convlab.host import PluginHost, ProvidedPart, Provider
from convlab.inspect.checks.architectures.subject import ArchitectureSubject
from convlab.inspect.checks.datasets.subject import DatasetSubject
from convlab.inspect.checks.metrics.subject import MetricSubject
from convlab.inspect.checks.optimizers.subject import OptimizerSubject
from convlab.inspect.checks.subject import PartSubject, PluginSubject, Subject
from convlab.inspect.checks.trackers.subject import TrackerSubject
from convlab.parts import PART_TYPES, Kind, Part
from convlab.text.suggestions import did_you_mean

_SUBJECT_TYPES: dict[Kind, type[PartSubject]] = {
    "dataset": DatasetSubject,
    "architecture": ArchitectureSubject,
    "optimizer": OptimizerSubject,
    "metric": MetricSubject,
    "tracker": TrackerSubject,
}


def plugin_files(targets: Iterable[str | Path | Part]) -> list[Path]:
    """Return those targets that name a file, rather than a plugin or part."""
    return [
        Path(target)
        for target in targets
        if isinstance(target, Path) or (isinstance(target, str) and target.endswith(".py"))
    ]


def subjects_of(
    target: str | Path | Part, host: PluginHost, part_type: type[Part] | None, data_dir: str | None
) -> list[Subject]:
    """Return what is to be checked: each plugin as a whole, and then its parts.

    Args:
        target: a plugin's name, the path of a plugin file that the host loaded, a part's bare or qualified
            name (of whatever kind), or a description.
        host: where plugins and parts come from.
        part_type: the kind of part, where only one is meant.
        data_dir: a folder to look for data files in before all others.

    Raises:
        UnknownNameError: nothing has that name, or more than one third party.
    """
    if isinstance(target, Part):
        return [part_subject(_alone(target), data_dir)]
    kinds = PART_TYPES if part_type is None else (part_type,)
    providers = _providers(target, host)
    parts = [part for part in _parts(host, kinds) if part.provider in providers]
    if not providers:
        parts = _parts_named(str(target), host, kinds)
    elif not parts and part_type is not None:
        has = ", ".join(str(part) for part in _parts(host) if part.provider in providers) or "no parts"
        raise UnknownNameError(f"{str(target)!r} has no {part_type.kind}, but {has}: leave the kind out")
    if part_type is not None or not providers:
        providers = list(dict.fromkeys(part.provider for part in parts))
    subjects: list[Subject] = []
    for provider in providers:
        failures = tuple(failure for failure in host.failures if failure.provider == provider)
        its_parts = tuple(part for part in _parts(host) if part.provider == provider)
        subjects.append(PluginSubject(provider=provider, failures=failures, parts=its_parts))
        subjects += [part_subject(part, data_dir) for part in parts if part.provider == provider]
    return subjects


def part_subject(provided: ProvidedPart[Any], data_dir: str | None) -> PartSubject:
    """Return the subject that a part is for the checks of its kind."""
    subject_type = _SUBJECT_TYPES[provided.part.kind]
    return subject_type(provided=provided, data_dir=data_dir)


def _alone(part: Part) -> ProvidedPart[Any]:
    module = getattr(getattr(part, part.factory), "__module__", None) or "notebook"
    provider = Provider(name="notebook", version=None, origin="notebook", target=module)
    return ProvidedPart(part=part, provider=provider)


def _providers(target: str | Path, host: PluginHost) -> list[Provider]:
    """Return the plugins of that name: a distribution's may be several, each an entry point."""
    providers = dict.fromkeys([*host.providers, *(failure.provider for failure in host.failures)])
    for file in plugin_files([target]):
        return [one for one in providers if one.origin == "file" and one.target == str(file.resolve())]
    return [one for one in providers if _normalized(one.name) == _normalized(str(target))]


def _parts(host: PluginHost, kinds: Iterable[type[Part]] = PART_TYPES) -> list[ProvidedPart[Any]]:
    return [part for kind in kinds for part in host.parts(kind)]


def _parts_named(name: str, host: PluginHost, kinds: Iterable[type[Part]]) -> list[ProvidedPart[Any]]:
    named = [
        host.find(kind, name)
        for kind in kinds
        if any(name in (part.part.name, part.qualified_name) for part in host.parts(kind))
    ]
    if not named:
        known = {part.part.name for part in _parts(host, kinds)}
        known |= {provider.name for provider in host.providers}
        raise UnknownNameError(f"no plugin or part {name!r}; {did_you_mean(name, known)}")
    return named


def _normalized(name: str) -> str:
    """Return a distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
