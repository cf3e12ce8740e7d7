"""Checks of every part's summary and options."""

import inspect
from dataclasses import asdict
from typing import Any

from convlab.inspect.checks.outcome import CheckFailedError, NotApplicableError
from convlab.inspect.checks.registry import check
from convlab.inspect.checks.subject import PartSubject
from convlab.options.reading import option_fields, read_options

_MAX_SUMMARY_LENGTH = 100
_PLACEHOLDERS = ("summary", "description", "todo", "tbd", "fixme", "none", "n/a", "xxx")


@check(
    "The summary describes the part in one short line",
    why="'convlab list' shows one line per part, and users choose by it",
    fix=f"give the part a summary of at most {_MAX_SUMMARY_LENGTH} characters that says more than its name",
)
def summary_fits_a_line(subject: PartSubject) -> None:
    """Check that it is short and neither the name nor a placeholder; the host ensures that it is one line."""
    summary = subject.part.summary.strip()
    if len(summary) > _MAX_SUMMARY_LENGTH:
        raise CheckFailedError(f"the summary has {len(summary)} characters")
    if summary.casefold() == subject.part.name.casefold():
        raise CheckFailedError(f"the summary {summary!r} only repeats the name")
    words = summary.casefold().strip(" .:;-_<>[]()")
    if not any(map(str.isalpha, words)) or words in _PLACEHOLDERS or words.startswith(("todo", "fixme")):
        raise CheckFailedError(f"the summary {summary!r} says nothing")


@check(
    "Each option's default is a valid value of its type",
    why="a run records the defaults in its experiment.toml and must read back the same values",
    fix="make the default a value of the field's type that TOML can store",
)
def option_defaults_are_valid(subject: PartSubject) -> None:
    """Read the defaults as from an experiment."""
    options = subject.part.options
    if options is None:
        return
    option_fields(options)
    defaults = options()
    given = asdict(defaults)
    read = read_options(options, given, key=subject.part.kind.options_key, owner=str(subject))
    for name in given:
        before, after = getattr(defaults, name), getattr(read, name)
        if before != after:
            raise CheckFailedError(f"the default of {name} is {before!r}, but it is read back as {after!r}")


@check(
    "Each option is documented",
    why="'convlab show' prints the docstring below a field; without it nobody knows what the option does",
    fix='write a docstring below the field: units: int = 64, and on the next line """Units of the layer."""',
)
def options_are_documented(subject: PartSubject) -> None:
    """Look for a docstring below each field."""
    options = subject.part.options
    if options is None:
        return
    _require_source(options)
    undocumented = [option.name for option in option_fields(options) if not option.summary]
    if undocumented:
        raise CheckFailedError(f"{options.__name__} does not document {', '.join(undocumented)}")


def _require_source(options: Any) -> None:
    try:
        inspect.getsource(options)
    except (OSError, TypeError):
        raise NotApplicableError(f"the source of {options.__name__} is not available") from None
