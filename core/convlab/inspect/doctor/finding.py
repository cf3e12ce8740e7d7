"""What the doctor finds."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "problem"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        topic: what was looked at, such as ``versions`` or ``learning rate``.
        state: ``ok``; ``note``, which is worth knowing; or ``problem``, which stops a run or spoils what the
            network learns.
        message: what was found, in one sentence.
        fix: what to do about it; empty where there is nothing to do.
    """

    topic: str
    state: State
    message: str
    fix: str = ""


def ok(topic: str, message: str) -> Finding:
    """Return what is as it should be."""
    return Finding(topic=topic, state="ok", message=message)


def note(topic: str, message: str, fix: str = "") -> Finding:
    """Return what is worth knowing."""
    return Finding(topic=topic, state="note", message=message, fix=fix)


def problem(topic: str, message: str, fix: str) -> Finding:
    """Return what stops a run or spoils it."""
    return Finding(topic=topic, state="problem", message=message, fix=fix)
