"""Whether the host can use all that a plugin brings."""

import traceback

from convlab.errors import in_one_line
from convlab.host import PluginFailure
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check
from convlab.inspect.checks.subject import PluginSubject


@check(
    "The plugin loads: its module is imported, and each hook and part is as it must be",
    why="convlab goes on without what does not load: users find that a part is missing",
    fix="mend what is named; 'convlab plugins' shows the whole error",
)
def loads(subject: PluginSubject) -> None:
    """Tell what the host could not use."""
    if subject.failures:
        raise CheckFailedError("; ".join(map(_described, subject.failures)))
    if not subject.parts:
        raise CheckFailedError(
            "it provides no parts",
            fix="define a hook such as convlab_architectures, marked @hookimpl, that returns a list of parts",
        )


def _described(failure: PluginFailure) -> str:
    frames = [
        frame
        for frame in traceback.extract_tb(failure.error.__traceback__)
        if failure.provider.target in (frame.filename, _module_of(frame.filename))
    ]
    where = f" ({frames[-1].filename}, line {frames[-1].lineno})" if frames else ""
    return f"{failure.stage}: {in_one_line(failure.error)}{where}"


def _module_of(filename: str) -> str:
    return filename.rpartition("/")[2].removesuffix(".py")
