"""Checks of every part that judge what the others observed; they run last."""

from convlab.inspect.checks.conduct.option_reads import mentioned
from convlab.inspect.checks.outcome import CheckFailedError, NotApplicableError
from convlab.inspect.checks.registry import check
from convlab.inspect.checks.subject import PartSubject
from convlab.options.reading import option_fields
from convlab.text.formatting import listed


@check(
    "Reads each of its options",
    why="an option that nothing reads is accepted, recorded and shown, and changes nothing",
    fix="use the option, or remove it",
    last=True,
)
def reads_each_option(subject: PartSubject) -> None:
    """Compare the options with those that were read, or that the code reads under a condition."""
    options = subject.part.options
    if options is None:
        return
    if not subject.watch.built:
        raise NotApplicableError("nothing could be built")
    unread = {option.name for option in option_fields(options)} - subject.watch.options_read
    if ignored := sorted(unread - mentioned(unread, options, subject.sources)):
        raise CheckFailedError(f"nothing reads {listed(ignored)}")


@check(
    "Works without network access",
    why="runs must start on machines without network access, and must not depend on a server",
    fix="do not download anything by default; declare offline=… for a tracker of a service",
    last=True,
)
def works_offline(subject: PartSubject) -> None:
    """Report attempts to connect, unless the part then says itself what it needs."""
    _require_nothing(subject, "network")


@check(
    "Writes nothing into the working folder",
    why="a command leaves files only where users expect them: in the run's folder",
    fix="write below the folder of the run (a tracker's run.folder), or into a tempfile.TemporaryDirectory",
    last=True,
)
def writes_no_stray_files(subject: PartSubject) -> None:
    """Report new files."""
    _require_nothing(subject, "files")


@check(
    "Leaves global settings and random seeds as they are",
    why="they belong to the user and the run; a seed that a part sets makes every run the same",
    fix="pass the dtype or seed to the layers instead, and leave precision and seed to `train.precision` and "
    "`train.seed`",
    last=True,
)
def leaves_global_state_alone(subject: PartSubject) -> None:
    """Report changed settings and calls that seed a global generator."""
    _require_nothing(subject, "settings")
    if subject.kind != "dataset":  # a run is seeded after its data are loaded
        _require_nothing(subject, "seed")


@check(
    "Each build is new",
    why="runs in one process would share its state, so that the second continues where the first ended",
    fix="create everything with state inside the function, and do not cache what it returns",
    last=True,
)
def builds_anew(subject: PartSubject) -> None:
    """Report results that were returned before."""
    _require_nothing(subject, "reused")


def _require_nothing(subject: PartSubject, observation: str) -> None:
    if found := subject.watch.found.get(observation):
        raise CheckFailedError(found)
