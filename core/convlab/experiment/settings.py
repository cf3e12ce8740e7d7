"""The settings of an experiment, strict about keys and types."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

import pydantic
import tomlkit
from pydantic import BaseModel, ConfigDict, Field, ModelWrapValidatorHandler

from convlab.errors import ConfigError
from convlab.options.reading import first_mistake
from convlab.text.suggestions import did_you_mean

Options = dict[str, Any]


class Section(BaseModel):
    """A table of an experiment: unknown keys are refused with the nearest valid one."""

    model_config = ConfigDict(strict=True, frozen=True, use_attribute_docstrings=True)
    title: ClassVar[str] = ""

    @pydantic.model_validator(mode="wrap")
    @classmethod
    def _explain(cls, values: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        prefix = f"{cls.title}." if cls.title else ""
        if isinstance(values, dict):
            for key in values:
                if key not in cls.model_fields:
                    raise ConfigError(
                        f"{prefix}{key}: no such key; {did_you_mean(str(key), cls.model_fields)}"
                    )
        try:
            return handler(values)
        except pydantic.ValidationError as error:
            raise ConfigError(first_mistake(error, cls.title)) from None


# Names or labels; a list, as TOML has it, does for a tuple.
_Classes = Annotated[tuple[str | int, ...], Field(strict=False)]


class DataSettings(Section):
    """What of the data set is used, and how its pixels reach the network."""

    title: ClassVar[str] = "data"

    validation: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Fraction of the train split that is held out, stratified, to validate each epoch."""
    limit: Annotated[int, Field(ge=1)] | None = None
    """Use this many images of the train split, stratified; all of them where left out."""
    classes: _Classes | None = None
    """Use these classes alone, by name or label, such as ["cat", "dog"]; all of them where left out."""
    exclude: _Classes | None = None
    """Leave these classes out, by name or label."""
    scaling: Literal["standard", "unit", "none"] = "standard"
    """Pixels to zero mean and unit variance by channel of the train split, to [0, 1], or as they are."""


class TrainSettings(Section):
    """How the network is trained."""

    title: ClassVar[str] = "train"

    epochs: Annotated[int, Field(ge=1)] = 10
    """Passes over the train split."""
    max_steps: Annotated[int, Field(ge=1)] | None = None
    """Stop after this many batches, if the epochs have not ended before."""
    batch_size: Annotated[int, Field(ge=1)] = 64
    """Images a step; the last batch of an epoch takes what is left."""
    learning_rate: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """The rate, or its peak under a schedule; the optimizer's own default where left out."""
    schedule: str = "cosine"
    """How the rate changes over the run: constant, step, exponential or cosine."""
    warmup: Annotated[float, Field(ge=0, lt=1)] = 0.05
    """Fraction of the run's steps in which the rate climbs from zero."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    """Decides the initial weights, the held-out images, the order of batches and all dropout."""
    loop: Literal["tape", "fit"] = "tape"
    """A GradientTape step in one graph, or Keras compile and fit: the same weights, the first is faster."""
    precision: Literal["auto", "float32", "mixed_bfloat16"] = "float32"
    """What the layers compute in; weights are float32 in both. ``auto``: bfloat16 where it is native."""
    compile: Literal["auto", "on", "off"] = "auto"
    """XLA: by rule, always or never."""
    deterministic: bool = False
    """Use no operation whose result may differ between two runs, as some on a GPU; slower."""
    monitor: str | None = None
    """What says which epoch is the best: val_loss, or the loss where nothing is held out, if left out."""
    restore_best: bool = False
    """Test and save the weights of the best epoch instead of the last."""
    patience: Annotated[int, Field(ge=1)] | None = None
    """Stop when so many epochs in a row were no better than the best."""
    max_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Stop when training has taken so many seconds, in the middle of an epoch too."""
    checkpoint_steps: Annotated[int, Field(ge=1)] | None = None
    """Keep a checkpoint every so many steps of an epoch too."""
    checkpoint_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 30.0
    """Keep a checkpoint at least every so many seconds."""


class Experiment(Section):
    """A whole experiment; every key has a default.

    Raises:
        ConfigError: a key is unknown or a value is not of its key's type; the message names it.

    Example::

        Experiment(dataset="mnist", architecture="mlp", train=TrainSettings(epochs=3))

    A plain dictionary does for each table too: ``train={"epochs": 3}``.
    """

    dataset: str = "digits"
    """The data set."""
    architecture: str = "cnn"
    """The network."""
    optimizer: str = "adam"
    """The rule that updates the weights."""
    metrics: Annotated[tuple[str, ...], Field(strict=False)] = ("accuracy",)
    """What is measured beside the loss."""
    trackers: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Where the run's figures are kept too, such as tensorboard."""
    data: DataSettings = DataSettings()
    train: TrainSettings = TrainSettings()
    dataset_options: Options = {}
    """The data set's own options."""
    architecture_options: Options = {}
    """The network's own options."""
    optimizer_options: Options = {}
    """The optimizer's own options."""
    metric_options: dict[str, Options] = {}
    """Each metric's own options, a table a metric."""
    tracker_options: dict[str, Options] = {}
    """Each tracker's own options, a table a tracker."""

    @classmethod
    def from_toml(cls, file: str | Path) -> Self:
        """Read an experiment from a TOML file.

        Raises:
            ConfigError: the file cannot be read, is no TOML, or holds a wrong key or value.
        """
        return cls.model_validate(read_toml(Path(file)))

    def to_toml(self) -> str:
        """Return the experiment as TOML that ``from_toml`` reads back to an equal one."""
        return tomlkit.dumps(self.model_dump(mode="json", exclude_none=True))


def read_toml(file: Path) -> dict[str, Any]:
    """Return a TOML file's tables.

    Raises:
        ConfigError: the file cannot be read or is no TOML.
    """
    if file.is_dir():
        inside = file / "experiment.toml"
        hint = f"; its experiment is {str(inside)!r}" if inside.is_file() else ""
        raise ConfigError(f"{str(file)!r} is a folder, not a TOML file{hint}")
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"no file {str(file)!r}: name a TOML file, or leave it out for the defaults"
        ) from None
    except OSError as error:
        raise ConfigError(f"cannot read {str(file)!r}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{str(file)!r} is not valid TOML: {error}") from None
