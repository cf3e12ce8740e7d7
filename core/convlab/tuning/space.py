"""The settings that a sweep searches, and their ranges."""

import ast
import json
import re
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from convlab.errors import ConfigError
from convlab.experiment import Experiment, ResolvedExperiment
from convlab.experiment.keys import TABLES
from convlab.experiment.layers import Layer, Tables, merge
from convlab.options.search import Search
from convlab.options.types import hints_of
from convlab.parts import PART_TYPES

if TYPE_CHECKING:
    import optuna

AUTO = "auto"

_FORM = re.compile(r"\s*(log|uniform|int|logint|choice)\s*\((.*)\)\s*", re.DOTALL)
_RATE_FACTORS = (0.03, 10.0)  # of the optimizer's default learning rate
_PARTS = [part_type.kind.key for part_type in PART_TYPES if not part_type.kind.several]


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One setting to search.

    Attributes:
        key: as ``-s`` takes it, such as ``optimizer.momentum``.
        search: the range.
        whole: whether values are integers.
    """

    key: str
    search: Search
    whole: bool = False

    def suggest(self, trial: "optuna.Trial") -> None:
        """Let a trial choose a value, which ``value`` then returns."""
        search = self.search
        if search.choices:
            # Optuna's categories are numbers or text; JSON makes text of lists, and keeps 1 and True apart.
            trial.suggest_categorical(self.key, [*map(json.dumps, search.choices)])
            return
        assert search.low is not None
        assert search.high is not None
        if self.whole:
            trial.suggest_int(self.key, int(search.low), int(search.high), log=search.log)
        else:
            trial.suggest_float(self.key, search.low, search.high, log=search.log)

    def value(self, params: Mapping[str, Any]) -> Any:
        """Return the setting's value, given what a trial has chosen."""
        return json.loads(params[self.key]) if self.search.choices else params[self.key]

    def __str__(self) -> str:
        search = self.search
        if search.choices:
            return f"{self.key}=choice({', '.join(map(json.dumps, search.choices))})"
        form = {(False, False): "uniform", (False, True): "log", (True, False): "int", (True, True): "logint"}
        return f"{self.key}={form[self.whole, search.log]}({search.low:g}, {search.high:g})"


def read_space(written: Iterable[str], experiment: ResolvedExperiment) -> tuple[Parameter, ...]:
    """Read a space such as ``["train.learning_rate=log(1e-4, 0.1)", "optimizer.momentum=uniform(0.5, 1)"]``.

    Args:
        written: one setting each: ``log(low, high)`` and ``uniform(low, high)`` for numbers, ``logint`` and
            ``int`` for integers, ``choice(a, b, …)`` for anything; or ``auto`` for the learning rate and the
            options that declare a range.
        experiment: the experiment whose settings they are.

    Raises:
        ConfigError: a setting is unknown, given twice or has an invalid range, or there is none.
    """
    space: dict[str, Parameter] = {}
    for text in written:
        found = _automatic(experiment) if text.strip() == AUTO else (_read(text),)
        for parameter in found:
            if parameter.key in space:
                raise ConfigError(f"`space`: {parameter.key} is given twice; omit one")
            space[parameter.key] = parameter
    if not space:
        raise ConfigError(
            "`space` is empty; name a setting and its range, such as train.learning_rate=log(1e-4,1e-1)"
        )
    return tuple(space.values())


def with_values(experiment: Experiment, values: Mapping[str, Any]) -> Experiment:
    """Return the experiment with other values, by key.

    Another part brings its own defaults: the options of the experiment's part are dropped.

    Raises:
        ConfigError: a key or a value is invalid.
    """
    tables: Tables = {}
    for key, value in values.items():
        first, *rest = key.split(".")
        *parents, last = (TABLES[first], *rest) if rest else (first,)
        table = tables
        for parent in parents:
            table = table.setdefault(parent, {})
        table[last] = value
    base = experiment.model_dump(mode="json", exclude_none=True)
    changed, _ = merge(
        [Layer(origin="the experiment", tables=base), Layer(origin="the trial", tables=tables)]
    )
    return changed


def _read(text: str) -> Parameter:
    key, sign, form = (part.strip() for part in text.partition("="))
    first, *rest = key.split(".")
    if not sign or not (first in TABLES and all(rest) if rest else first in _PARTS):
        raise ConfigError(
            "`space`: expected KEY=RANGE with a dotted key, such as train.learning_rate=log(1e-4,1e-1), or "
            f"a kind of part, such as optimizer=choice(sgd,adam), got {text!r}"
        )
    if key == "train.seed":
        raise ConfigError(
            "`space`: a seed cannot be tuned; --confirm trains the best settings with other seeds"
        )
    matched = _FORM.fullmatch(form)
    if not matched:
        raise ConfigError(
            f"`space`: {key}: expected log(low, high), uniform(low, high), int(low, high), logint(low, high) "
            f"or choice(a, b), got {form!r}"
        )
    name, inner = matched.groups()
    values = _values(key, inner, quoted=name == "choice")
    try:
        if name == "choice":
            if len(values) < 2:
                raise ValueError(f"expected at least 2 choices, got {len(values)}")
            return Parameter(key=key, search=Search(choices=values))
        if len(values) != 2 or any(
            isinstance(each, bool) or not isinstance(each, int | float) for each in values
        ):
            raise ValueError(f"expected two numbers, low and high, got {inner.strip()!r}")
        whole = name.endswith("int")
        if whole and any(each != int(each) for each in values):
            raise ValueError(f"expected two integers, got {inner.strip()!r}")
        return Parameter(
            key=key, search=Search(low=values[0], high=values[1], log=name.startswith("log")), whole=whole
        )
    except ValueError as error:
        raise ConfigError(f"`space`: {key}: {str(error).removeprefix('Search: ')}") from None


def _values(key: str, inner: str, *, quoted: bool) -> tuple[Any, ...]:
    """Return the values between the parentheses; bare words are text if ``quoted``."""
    try:
        return tuple(ast.literal_eval(f"[{inner}]"))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        words = [word.strip() for word in inner.split(",")]
        if quoted and all(re.fullmatch(r"[\w.:-]+", word) for word in words):
            return tuple({"true": True, "false": False}.get(word, _number(word)) for word in words)
        raise ConfigError(f"`space`: {key}: cannot read {inner!r}; separate the values by commas") from None


def _number(word: str) -> Any:
    try:
        return ast.literal_eval(word)
    except (ValueError, SyntaxError):
        return word


def _automatic(experiment: ResolvedExperiment) -> Iterable[Parameter]:
    """Yield the learning rate, and each option of the chosen parts that declares a range."""
    default = experiment.optimizer.part.learning_rate
    low, high = (default * factor for factor in _RATE_FACTORS)
    yield Parameter(key="train.learning_rate", search=Search(low=low, high=high, log=True))
    for kind in (part_type.kind for part_type in PART_TYPES):
        if kind.several or kind.key == "dataset":
            continue
        [(provided, _)] = experiment.chosen[kind.key]
        if provided.part.options is None:
            continue
        for name, hint in hints_of(provided.part.options).items():
            annotations = typing.get_args(hint)[1:] if typing.get_origin(hint) is typing.Annotated else ()
            for search in (each for each in annotations if isinstance(each, Search)):
                whole = typing.get_args(hint)[0] is int
                yield Parameter(key=f"{kind.word}.{name}", search=search, whole=whole)
