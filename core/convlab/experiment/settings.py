"""The settings of an experiment, strict about keys and types."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import pydantic
import tomlkit
from pydantic import BaseModel, ConfigDict, Field, ModelWrapValidatorHandler

from convlab.errors import ConfigError
from convlab.experiment.earlier_names import MOVED, with_current_names
from convlab.experiment.recipes import recipe_tables
from convlab.experiment.toml_file import read_toml
from convlab.host import PluginHost
from convlab.options.reading import first_mistake
from convlab.parts import PART_TYPES, Recipe
from convlab.parts.architecture import Scaling
from convlab.text.suggestions import did_you_mean
from convlab.text.synonyms import NO_SUCH_SETTING
from convlab.text.visible import is_safe

Options = dict[str, Any]


class Section(BaseModel):
    """A table of an experiment, which refuses unknown keys and suggests the nearest valid one."""

    model_config = ConfigDict(strict=True, frozen=True, use_attribute_docstrings=True)
    title: ClassVar[str] = ""

    @pydantic.model_validator(mode="wrap")
    @classmethod
    def _explain(cls, values: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        prefix = f"{cls.title}." if cls.title else ""
        if isinstance(values, dict):
            for key in values:
                if key not in cls.model_fields:
                    moved = MOVED.get(f"{prefix}{key}")
                    hint = f"it is now `{moved}`" if moved else _hint(str(key), cls.model_fields)
                    raise ConfigError(f"`{prefix}{key}`: unknown setting; {hint}")
        try:
            return handler(values)
        except pydantic.ValidationError as error:
            raise ConfigError(first_mistake(error, cls.title)) from None


def _hint(key: str, valid: Iterable[str]) -> str:
    see_all = "'convlab run --print-config' lists all settings"
    return NO_SUCH_SETTING.get(key) or did_you_mean(key, valid, see_all=see_all)


# Not strict, so that a list, as TOML has it, is accepted for a tuple.
_Names = Annotated[tuple[str, ...], Field(strict=False)]
_Classes = Annotated[tuple[str | int, ...], Field(strict=False)]


class DataSettings(Section):
    """Which images are used, and how their pixels are scaled."""

    title: ClassVar[str] = "data"

    validation: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Fraction of each class of the training set to use as the validation set."""
    limit: Annotated[int, Field(ge=1)] | None = None
    """Number of training images to use, stratified; all by default."""
    classes: _Classes | None = None
    """The classes to use, by name or label, such as ["cat", "dog"]; all by default."""
    exclude: _Classes | None = None
    """Classes to exclude, by name or label."""
    scaling: Scaling | None = None
    """``standard``: zero mean, unit variance per channel; ``unit``: to [0, 1]; the network's by default."""


class TrainSettings(Section):
    """How the network is trained."""

    title: ClassVar[str] = "train"

    epochs: Annotated[int, Field(ge=1)] = 10
    """Passes over the training set."""
    max_steps: Annotated[int, Field(ge=1)] | None = None
    """Stop after this many steps, even if epochs remain."""
    batch_size: Annotated[int, Field(ge=1)] = 64
    """Images per step; at most the training set, if it is the default. The last batch may be smaller."""
    learning_rate: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Learning rate, or the peak of its schedule; the optimizer's own by default."""
    warmup: Annotated[float, Field(ge=0, lt=1)] = 0.05
    """Fraction of all steps over which the learning rate rises from zero."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    """Seed of the initial weights, the validation split, the order of batches and dropout."""
    loop: Literal["tape", "fit"] = "tape"
    """Training loop: a compiled GradientTape step, or Keras fit; both give the same weights, tape faster."""
    precision: Literal["auto", "float32", "mixed_bfloat16"] = "float32"
    """Compute precision of the layers; auto uses bfloat16 if the hardware supports it natively."""
    compile: Literal["auto", "on", "off"] = "auto"
    """Whether XLA compiles the training step; auto decides by device and model."""
    deterministic: bool = False
    """Use deterministic operations only; slower, and needed for reproducible runs on a GPU."""
    threads: Annotated[int, Field(ge=0)] | None = None
    """Threads that compute on the CPU; by default, or if 0, one per core. Another number changes results."""
    test: bool = True
    """Evaluate the test set at the end; false leaves it sealed while you choose between settings."""
    test_flips: bool = False
    """Also test with the mean logits of each image and its mirror image; reported as tta_ metrics."""
    monitor: str | None = None
    """Metric that determines the best epoch; by default val_loss, or loss without a validation set."""
    restore_best: bool = False
    """Evaluate and save the weights of the best epoch instead of the last."""
    patience: Annotated[int, Field(ge=1)] | None = None
    """Stop after this many epochs without improvement."""
    max_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Stop after this many seconds of training, even within an epoch."""
    checkpoint_steps: Annotated[int, Field(ge=1)] | None = None
    """Also save a checkpoint every this many steps of an epoch."""
    checkpoint_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 30.0
    """Save a checkpoint at least every this many seconds."""


if TYPE_CHECKING:

    class _PartSettings(Section):
        """The fields that are generated below, as type checkers and editors see them."""

        dataset: str = ""
        augment: _Names = ()
        architecture: str = ""
        loss: str = ""
        optimizer: str = ""
        schedule: str = ""
        metrics: _Names = ()
        trackers: _Names = ()
        data: DataSettings = DataSettings()
        train: TrainSettings = TrainSettings()
        dataset_options: Options = {}
        augment_options: dict[str, Options] = {}
        architecture_options: Options = {}
        loss_options: Options = {}
        optimizer_options: Options = {}
        schedule_options: Options = {}
        metric_options: dict[str, Options] = {}
        tracker_options: dict[str, Options] = {}

else:

    def _fields() -> dict[str, Any]:
        kinds = [part_type.kind for part_type in PART_TYPES]
        names = {
            kind.key: (_Names if kind.several else str, Field(kind.default, description=kind.help))
            for kind in kinds
        }
        sections = {section.title: (section, section()) for section in (DataSettings, TrainSettings)}
        options = {
            kind.options_key: (
                dict[str, Options] if kind.several else Options,
                Field(
                    {},
                    description=f"Options of each {kind}, by its name."
                    if kind.several
                    else f"Options of the {kind}.",
                ),
            )
            for kind in kinds
        }
        return names | sections | options

    _PartSettings = pydantic.create_model("_PartSettings", __base__=Section, **_fields())


class Experiment(_PartSettings):
    """A complete experiment; every setting has a default.

    Raises:
        ConfigError: a key is unknown or a value is invalid; the message names it.

    Example::

        Experiment(dataset="mnist", architecture="mlp", train=TrainSettings(epochs=3))

    A table may also be a dictionary: ``train={"epochs": 3}``.
    """

    @pydantic.model_validator(mode="before")
    @classmethod
    def _with_current_names(cls, values: Any) -> Any:
        return with_current_names(values) if isinstance(values, dict) else values

    @classmethod
    def from_toml(cls, file: str | Path) -> Self:
        """Read an experiment from a TOML file.

        Raises:
            ConfigError: the file cannot be read, is not valid TOML, or has an invalid key or value.
        """
        return cls.model_validate(read_toml(Path(file)))

    @classmethod
    def from_recipe(cls, name: str, *, host: PluginHost | None = None) -> Self:
        """Return the experiment of a recipe.

        Args:
            name: as ``convlab list recipes`` prints it.
            host: where the recipe comes from; by default all installed plugins.

        Raises:
            UnknownNameError: no recipe, or recipes of more than one third party, have that name.
            ConfigError: the recipe's file cannot be read or has an invalid key or value.

        Example::

            run(Experiment.from_recipe("mnist-99"))
        """
        return cls.model_validate(recipe_tables((host or PluginHost()).find(Recipe, name)))

    def _repr_html_(self) -> str:
        from convlab.drawing.notebook import fragment

        settings: list[tuple[str, str]] = []
        for key, value in self.model_dump(mode="json", exclude_none=True).items():
            nested = value.items() if isinstance(value, dict) else None
            settings += [(key, str(value))] if nested is None else [(f"{key}.{k}", str(v)) for k, v in nested]
        return fragment(title="Experiment", headings=("setting", "value"), rows=settings)

    def to_toml(self) -> str:
        """Return the experiment as TOML that ``from_toml`` reads back to an equal one."""
        toml = tomlkit.dumps(self.model_dump(mode="json", exclude_none=True))
        return "".join(char if char == "\n" or is_safe(char) else _escaped(char) for char in toml)


def _escaped(char: str) -> str:
    """Return the TOML escape of a character that a terminal may act on."""
    return f"\\u{ord(char):04x}" if ord(char) < 1 << 16 else f"\\U{ord(char):08x}"
