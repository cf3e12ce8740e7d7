"""The base of every part that a plugin can provide, and what convlab knows of each kind of part."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import ClassVar

from convlab.options.reading import check_options_type

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of part: everything that the rest of convlab needs to know to offer it.

    Attributes:
        name: the singular, such as ``dataset``.
        help: one sentence on the experiment key, which ``convlab run --help`` prints too.
        default: the part, or parts, of an experiment that names none.
        flag: the short flag of ``convlab run``, such as ``-d``; empty if there is only the long one.
        setting: the word for the kind in settings and flags, if it is not the name.
        several: whether an experiment may name more than one.
        train_defaults: fields of the part that are the defaults of the ``[train]`` settings of the same name.
        subject: the class that checks of this kind receive, as ``module:class``.
        checks: the modules that define the checks of this kind, in the order in which they run.
        begin_with: the file of ``convlab new``'s template to edit first; empty if the kind has no template.
    """

    name: str
    help: str
    default: str | tuple[str, ...]
    flag: str = ""
    setting: str = ""
    several: bool = False
    train_defaults: tuple[str, ...] = ()
    subject: str = "convlab.inspect.checks.subject:PartSubject"
    checks: tuple[str, ...] = ()
    begin_with: str = ""

    def __str__(self) -> str:
        return self.name

    @property
    def plural(self) -> str:
        """The plural, such as ``datasets``."""
        return f"{self.name}es" if self.name.endswith("s") else f"{self.name}s"

    @property
    def key(self) -> str:
        """The experiment key that names the part or parts, such as ``dataset`` or ``metrics``."""
        return self.setting or (self.plural if self.several else self.name)

    @property
    def word(self) -> str:
        """The first word of the dotted keys of its options, such as ``dataset`` in ``dataset.path``."""
        return self.setting or self.name

    @property
    def options_key(self) -> str:
        """The experiment key of the options, such as ``dataset_options``."""
        return f"{self.word}_options"

    @property
    def hook(self) -> str:
        """The hook that returns parts of this kind, such as ``convlab_datasets``."""
        return f"convlab_{self.plural}"

    @property
    def long_flag(self) -> str:
        """The long flag of ``convlab run``, such as ``--dataset``."""
        return f"--{self.word}"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part that a plugin provides: a frozen description with a factory.

    Creating a description calls nothing of the plugin. convlab calls the factory only when an experiment
    uses the part; import TensorFlow inside the factory to keep ``convlab list`` fast.

    Attributes:
        name: lower-case letters, digits, ``_``, ``-`` and ``.``; what users type.
        summary: the one line that ``convlab list`` shows.
        options: a frozen dataclass whose fields all have defaults; omit it for a part without options.
    """

    kind: ClassVar[Kind]
    factory: ClassVar[str]
    arguments: ClassVar[tuple[str, ...]]

    name: str
    summary: str
    options: type | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r}"

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise ValueError(
                f"{self}: a name starts with a lower-case letter or digit and contains only these, "
                "'_', '-' and '.'"
            )
        if not isinstance(self.summary, str) or not self.summary.strip() or "\n" in self.summary:
            raise ValueError(f"{self}: summary must be one line of text")
        if self.options is not None:
            try:
                check_options_type(self.options)
            except TypeError as error:
                raise TypeError(f"{self}: {error}") from None
        self._check_factory()

    def _check_factory(self) -> None:
        factory = getattr(self, self.factory)
        call = f"{self.factory}({', '.join(self.arguments)})"
        if not callable(factory):
            raise TypeError(f"{self}: {self.factory} must be a function {call}")
        try:
            inspect.signature(factory).bind(*self.arguments)
        except TypeError:
            raise TypeError(f"{self}: {self.factory} must accept {call}") from None
        except ValueError:  # a built-in without a signature cannot be checked
            return
