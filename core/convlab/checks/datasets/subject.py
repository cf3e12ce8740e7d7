"""A data set that is checked."""

from dataclasses import dataclass
from typing import ClassVar

from convlab.checks.registry import SubjectKind
from convlab.checks.subject import PartSubject


@dataclass(kw_only=True, eq=False)
class DatasetSubject(PartSubject):
    """A data set, with its default options."""

    kind: ClassVar[SubjectKind] = "dataset"
