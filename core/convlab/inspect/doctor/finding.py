"""One result of an examination."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "problem"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One result of an examination.

    Attributes:
        topic: what was examined, such as ``versions`` or ``learning rate``.
        state: ``ok``; ``note``, which is worth knowing; or ``problem``, which stops a run or degrades its
            results.
        message: one sentence.
        fix: what to do; empty if nothing.
    """

    topic: str
    state: State
    message: str
    fix: str = ""


def ok(topic: str, message: str) -> Finding:
    """Return a finding that needs no attention."""
    return Finding(topic=topic, state="ok", message=message)


def note(topic: str, message: str, fix: str = "") -> Finding:
    """Return a finding that is worth knowing."""
    return Finding(topic=topic, state="note", message=message, fix=fix)


def problem(topic: str, message: str, fix: str) -> Finding:
    """Return a finding that stops a run or degrades its results."""
    return Finding(topic=topic, state="problem", message=message, fix=fix)
