"""What every part says of itself: its summary and its options."""

import inspect
from dataclasses import asdict
from typing import Any

from convlab.inspect.checks.outcome import CheckFailedError, NotApplicableError
from convlab.inspect.checks.registry import check
from convlab.inspect.checks.subject import PartSubject
from convlab.options.reading import option_fields, read_options

_LONGEST_SUMMARY = 100


@check(
    "The summary says in one short line what the part is",
    why="'convlab list' shows a line a part, and that is all a user has to choose by",
    fix=f"give the description a summary of at most {_LONGEST_SUMMARY} characters that is not its name",
)
def summary_fits_a_line(subject: PartSubject) -> None:
    """The host has checked that it is one line; this is how much it says."""
    summary = subject.part.summary.strip()
    if len(summary) > _LONGEST_SUMMARY:
        raise CheckFailedError(f"the summary has {len(summary)} characters")
    if summary.casefold() == subject.part.name.casefold():
        raise CheckFailedError(f"the summary is the name again: {summary!r}")


@check(
    "Each option's default is a valid value of its type",
    why="a run records the defaults in its experiment.toml, and must read them back to the same values",
    fix="make the default a value of the field's type that TOML can hold",
)
def option_defaults_are_valid(subject: PartSubject) -> None:
    """Read the defaults as an experiment would give them."""
    options = subject.part.options
    if options is None:
        return
    option_fields(options)
    defaults = options()
    given = {name: value for name, value in asdict(defaults).items() if value is not None}
    read = read_options(options, given, key=f"{subject.part.kind}_options", owner=str(subject))
    for name in given:
        before, after = getattr(defaults, name), getattr(read, name)
        if before != after:
            raise CheckFailedError(f"the default of {name} is {before!r}, but is read back as {after!r}")


@check(
    "Each option is documented",
    why="'convlab show' prints the line below a field: without it nobody knows what the option does",
    fix='write a line of text below the field: units: int = 64, and below it """Units of the layer."""',
)
def options_are_documented(subject: PartSubject) -> None:
    """Look for the string below each field."""
    options = subject.part.options
    if options is None:
        return
    _require_source(options)
    undocumented = [option.name for option in option_fields(options) if not option.summary]
    if undocumented:
        raise CheckFailedError(f"{options.__name__} does not say what {', '.join(undocumented)} does")


def _require_source(options: Any) -> None:
    try:
        inspect.getsource(options)
    except (OSError, TypeError):
        raise NotApplicableError(f"the source of {options.__name__} is not in a file") from None
