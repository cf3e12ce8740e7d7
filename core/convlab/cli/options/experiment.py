"""The flags and environment variables that describe an experiment, generated from its settings.

Each flag's parameter is the last word of its setting, and its environment variable is ``CONVLAB_`` and that
word in capitals.
"""

import functools
import inspect
import logging
import types
import typing
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from convlab.cli.options.assignments import assign, assignments
from convlab.cli.options.completion import complete_names
from convlab.errors import ConfigError
from convlab.experiment import DataSettings, Experiment, TrainSettings
from convlab.experiment.layers import Layer, merge
from convlab.experiment.recipes import recipe_tables
from convlab.experiment.toml_file import read_toml
from convlab.host import ProvidedPart
from convlab.parts import PART_TYPES, Part, Recipe

logger = logging.getLogger("convlab")

_PARTS, _TRAINING = "What to train", "How to train"
# The settings of [data] and [train] that have flags. All others are set by -s.
_SECTIONS = (DataSettings, TrainSettings)
_WIDEST_METAVAR = 12
_SETTING_FLAGS: dict[str, tuple[str, ...]] = {
    "train.epochs": ("-e", "--epochs"),
    "train.batch_size": ("--batch-size",),
    "train.learning_rate": ("--learning-rate",),
    "train.seed": ("--seed",),
    "train.loop": ("--loop",),
    "train.precision": ("--precision",),
    "train.max_steps": ("--max-steps",),
    "train.deterministic": ("--deterministic/--no-deterministic",),
    "train.test": ("--test/--no-test",),
}
_SETTINGS = Annotated[
    list[str] | None,
    typer.Option(
        "-s",
        "--set",
        metavar="KEY=VALUE",
        envvar="CONVLAB_SET",
        show_envvar=False,
        rich_help_panel=_PARTS,
        help=f"Set any setting, such as {escape('architecture.filters=[32,64]')} (quote the brackets), "
        "optimizer.momentum=0.9 or data.limit=5000; may be repeated.",
    ),
]


@dataclass(frozen=True, kw_only=True)
class _Flag:
    """A flag of one setting.

    Attributes:
        path: the setting's table, if any, and key.
        name: the long flag.
        annotation: the parameter's type, with what typer needs to know.
    """

    path: tuple[str, ...]
    name: str
    annotation: Any


def with_experiment_flags(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the flags of an experiment, after its first two parameters.

    The command does not receive their values; it calls ``experiment_from`` instead.
    """
    own = inspect.signature(command, eval_str=True)
    generated = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        for name, annotation in _parameters()
    ]

    @functools.wraps(command)
    def wrapper(**arguments: Any) -> None:
        command(**{name: arguments[name] for name in own.parameters})

    parameters = [each.replace(kind=each.KEYWORD_ONLY) for each in own.parameters.values()]
    parameters[2:2] = generated
    wrapper.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    return wrapper


def experiment_from(
    context: typer.Context,
    file: Path | None,
    *,
    recipe: ProvidedPart[Recipe] | None = None,
    over: typer.Context | None = None,
) -> Experiment:
    """Return the experiment that a file or recipe, the environment and the command line describe.

    Logs a note for each thing that one of them makes the others drop.

    Args:
        context: of the running command.
        file: the file.
        recipe: the recipe.
        over: of another command line, whose flags override those of the running command.

    Raises:
        ConfigError: a key, a value or the file is invalid, or both a file and a recipe are given.
    """
    if file is not None and recipe is not None:
        raise ConfigError(f"{str(file)!r} and --recipe {recipe.part.name} are both experiments; give one")
    layers = [] if file is None else [Layer(origin=str(file), tables=read_toml(file))]
    if recipe is not None:
        layers.append(Layer(origin=str(recipe), tables=recipe_tables(recipe)))
    layers.append(Layer(origin="the environment", tables=_given(context, "ENVIRONMENT")))
    layers.append(Layer(origin="the command line", tables=_given(context, "COMMANDLINE")))
    if over is not None:
        layers.append(Layer(origin=over.info_name or "", tables=_given(over, "COMMANDLINE")))
    experiment, notes = merge(layers)
    for note in notes:
        logger.info("%s", note)
    return experiment


def names_an_experiment(context: typer.Context) -> bool:
    """Return whether the command line has any flag of an experiment."""
    names = ("settings", *(flag.path[-1] for flag in _FLAGS))
    return any(_source(context, name) == "COMMANDLINE" for name in names)


def changes_from(settings: Iterable[str], **flags: Any) -> dict[str, Any]:
    """Return the settings of ``[train]`` that a command line changes of a run.

    Raises:
        ConfigError: a setting is in another table, or is given twice.
    """
    tables = assignments(settings)
    for key, value in flags.items():
        if value is not None:
            assign(tables, ("train", key), value, f"--{key.replace('_', '-')} or -s")
    train: dict[str, Any] = tables.pop("train", {})
    if tables:
        raise ConfigError(f"{next(iter(tables))} cannot change in a resumed run; start a new run with it")
    return train


def _given(context: typer.Context, source: str) -> dict[str, Any]:
    tables = assignments(context.params["settings"]) if _source(context, "settings") == source else {}
    for flag in _FLAGS:
        if _source(context, flag.path[-1]) == source:
            value = context.params[flag.path[-1]]
            assign(
                tables, flag.path, list(value) if isinstance(value, tuple) else value, f"{flag.name} or -s"
            )
    return tables


def _source(context: typer.Context, parameter: str) -> str:
    source = context.get_parameter_source(parameter)
    return "" if source is None else source.name


def _parameters() -> Iterator[tuple[str, Any]]:
    """Yield the name and annotation of each flag's parameter, in the order of the help."""
    parts = len(PART_TYPES)
    yield from ((flag.path[-1], flag.annotation) for flag in _FLAGS[:parts])
    yield "settings", _SETTINGS
    yield from ((flag.path[-1], flag.annotation) for flag in _FLAGS[parts:])


def _flags() -> Iterator[_Flag]:
    for part_type in PART_TYPES:
        yield _part_flag(part_type)
    for setting, names in _SETTING_FLAGS.items():
        title, _, key = setting.partition(".")
        yield _setting_flag(title, key, names)


def _part_flag(part_type: type[Part]) -> _Flag:
    kind = part_type.kind
    default = " ".join(kind.default) or "none" if kind.several else kind.default
    repeated = "; may be repeated" if kind.several else ""
    option = typer.Option(
        *filter(None, (kind.flag, kind.long_flag)),
        metavar="NAME",
        help=_with_default(f"{kind.help.rstrip('.')}{repeated}", default),
        envvar=f"CONVLAB_{kind.key.upper()}",
        show_envvar=False,
        rich_help_panel=_PARTS,
        autocompletion=complete_names(part_type),
    )
    value_type: Any = list[str] if kind.several else str
    return _Flag(path=(kind.key,), name=kind.long_flag, annotation=Annotated[value_type | None, option])


def _setting_flag(title: str, key: str, names: tuple[str, ...]) -> _Flag:
    [section] = [section for section in _SECTIONS if section.title == title]
    field = section.model_fields[key]
    value_type, choices = _value_type(field.annotation)
    # The default of a boolean is evident from its name, and None means that the description says it.
    default = "" if field.default is None or value_type is bool else str(field.default)
    shown, description = "|".join(choices), (field.description or "").rstrip(".")
    if len(shown) > _WIDEST_METAVAR:  # help of 80 columns would break it
        shown, description = "NAME", f"{description}; one of {', '.join(choices)}"
    option = typer.Option(
        *names,
        metavar=shown or None,
        help=_with_default(description, default),
        envvar=f"CONVLAB_{key.upper()}",
        show_envvar=False,
        rich_help_panel=_TRAINING,
        show_default=False,
    )
    name = names[-1].partition("/")[0]
    return _Flag(path=(title, key), name=name, annotation=Annotated[value_type | None, option])


def _with_default(description: str, default: object) -> str:
    return f"{escape(description)} [dim](default: {default})[/]." if default else f"{escape(description)}."


def _value_type(annotation: Any) -> tuple[Any, tuple[str, ...]]:
    """Return the type of a setting without bounds and ``None``, and its choices, if any."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return str, arguments
    if origin is Annotated:
        return _value_type(arguments[0])
    if origin in (typing.Union, types.UnionType):
        return _value_type(next(each for each in arguments if each is not types.NoneType))
    return annotation, ()


_FLAGS = tuple(_flags())
