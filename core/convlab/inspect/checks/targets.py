"""What to check: the plugin, plugin file or part with a name."""

import pkgutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from convlab.errors import ConfigError, UnknownNameError
from convlab.host import PluginHost, ProvidedPart, Provider
from convlab.inspect.checks.subject import PartSubject, PluginSubject, Subject
from convlab.parts import Part, part_type, provided_types
from convlab.text.suggestions import did_you_mean


def plugin_files(targets: Iterable[str | Path | Part]) -> list[Path]:
    """Return the targets that are files rather than names of plugins or parts."""
    return [
        Path(target)
        for target in targets
        if isinstance(target, Path) or (isinstance(target, str) and target.endswith(".py"))
    ]


def subjects_of(
    target: str | Path | Part,
    host: PluginHost,
    kind: type[Part] | None = None,
    data_dir: str | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[Subject]:
    """Return the subjects of a check: each plugin as a whole, followed by its parts.

    Args:
        target: a plugin's name, the path of a plugin file that the host loaded, a part's bare or qualified
            name (of any kind), or a description.
        host: where to look up plugins and parts.
        kind: restricts the check to one kind of part.
        data_dir: a folder to search for data files first.
        options: values of options by the name of the kind, such as ``{"architecture": {"units": 8}}``.

    Raises:
        UnknownNameError: nothing, or parts of more than one third party, have that name.
        ConfigError: an option is unknown or invalid.
    """
    given = {part_type(name).kind.name: values for name, values in (options or {}).items()}
    if isinstance(target, Part):
        subjects: list[Subject] = [part_subject(_provided(target), host, data_dir, given)]
    else:
        subjects = _subjects_named(target, host, kind, data_dir, given)
    for name in given.keys() - {subject.kind for subject in subjects}:
        raise ConfigError(f"`{name}_options`: {target} provides no {name}; omit them")
    return subjects


def part_subject(
    provided: ProvidedPart[Any],
    host: PluginHost,
    data_dir: str | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> PartSubject:
    """Return the subject that the checks of the part's kind receive."""
    kind = provided.part.kind
    subject: PartSubject = pkgutil.resolve_name(kind.subject)(
        provided=provided,
        data_dir=data_dir,
        option_values=(options or {}).get(kind.name, {}),
        host=host,
    )
    if subject.option_values:
        subject.options()  # raises if one is invalid
    return subject


def _subjects_named(
    target: str | Path,
    host: PluginHost,
    kind: type[Part] | None,
    data_dir: str | None,
    options: Mapping[str, Mapping[str, Any]],
) -> list[Subject]:
    kinds = provided_types() if kind is None else (kind,)
    providers = _providers(target, host)
    parts = [part for part in _parts(host, kinds) if part.provider in providers]
    if not providers:
        parts = _parts_named(str(target), host, kinds)
    elif not parts and kind is not None:
        has = ", ".join(str(part) for part in _parts(host) if part.provider in providers) or "no parts"
        raise UnknownNameError(f"{str(target)!r} provides {has}, but no {kind.kind}; omit the `kind`")
    if kind is not None or not providers:
        providers = list(dict.fromkeys(part.provider for part in parts))
    subjects: list[Subject] = []
    for provider in providers:
        failures = tuple(failure for failure in host.failures if failure.provider == provider)
        its_parts = tuple(part for part in _parts(host) if part.provider == provider)
        subjects.append(PluginSubject(provider=provider, failures=failures, parts=its_parts))
        subjects += [
            part_subject(part, host, data_dir, options) for part in parts if part.provider == provider
        ]
    return subjects


def _provided(part: Part) -> ProvidedPart[Any]:
    module = getattr(getattr(part, part.factory), "__module__", None) or "notebook"
    provider = Provider(name="notebook", version=None, origin="notebook", target=module)
    return ProvidedPart(part=part, provider=provider)


def _providers(target: str | Path, host: PluginHost) -> list[Provider]:
    """Return the plugins with a name; a distribution may have several entry points."""
    providers = dict.fromkeys([*host.providers, *(failure.provider for failure in host.failures)])
    for file in plugin_files([target]):
        return [one for one in providers if one.origin == "file" and one.target == str(file.resolve())]
    return [one for one in providers if canonicalize_name(one.name) == canonicalize_name(str(target))]


def _parts(host: PluginHost, kinds: Iterable[type[Part]] | None = None) -> list[ProvidedPart[Any]]:
    return [part for kind in kinds or provided_types() for part in host.parts(kind)]


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
