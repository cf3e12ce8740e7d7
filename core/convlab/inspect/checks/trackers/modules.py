"""Whether a tracker's plugin can be imported where its service's package is not installed."""

from convlab.inspect.checks.outcome import CheckFailedError, NotApplicableError
from convlab.inspect.checks.plugins.start_up import probe
from convlab.inspect.checks.registry import check
from convlab.inspect.checks.trackers.subject import TrackerSubject


@check(
    "Its plugin is imported without the modules that it requires",
    why="every command imports every plugin, also for users who have no such package",
    fix="import them inside start, or in a module that start imports",
)
def imports_without_its_modules(subject: TrackerSubject) -> None:
    """Load the plugin in a fresh interpreter that refuses them."""
    if not subject.part.requires:
        raise NotApplicableError("it requires no modules")
    answer = probe(subject.provided.provider, refused=subject.part.requires)
    if answer["asked"]:
        file, line, source = answer["asked"]
        raise CheckFailedError(f"{file}, line {line}: {source}")
