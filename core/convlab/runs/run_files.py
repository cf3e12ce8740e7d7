"""The files of a run as models: where numbers and where text belong, and how large each file can be."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf

_MIB = 2**20

# Any text, also with lone surrogates, which stand for the bytes of names that are not valid UTF-8.
Text = InstanceOf[str]
Number = Annotated[float, Field(allow_inf_nan=False)] | None
"""A loss or a metric; ``None`` stands for NaN and infinity."""
Seconds = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]


def started_at(written: Any) -> datetime | None:
    """Return when a run started, in a time zone; ``None`` if that was not recorded.

    Raises:
        ValueError: it is not a date of this age.
    """
    if written in (None, ""):
        return None
    time = datetime.fromisoformat(written) if isinstance(written, str) else None
    if time is None or not is_plausible(time):
        raise ValueError("not a time at which a run can have started")
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def is_plausible(time: datetime) -> bool:
    """Return whether a file of a run can be of this time; all such times exist in every time zone."""
    return 1970 < time.year < 9000


class RunFile(BaseModel):
    """A file in a run folder; keys of later versions are ignored.

    Attributes:
        name: the file's name.
        limit: the largest size in bytes.
        if_missing: why a run may not have the file, and what to do.
    """

    model_config = ConfigDict(strict=True, frozen=True)
    name: ClassVar[str]
    limit: ClassVar[int] = _MIB
    if_missing: ClassVar[str] = ""


class Parts(RunFile):
    """The parts of an experiment and its other settings, of this version of convlab or of another one."""

    model_config = ConfigDict(extra="allow")
    name: ClassVar[str] = "experiment.toml"
    if_missing: ClassVar[str] = "the run stopped before its data was loaded, run it again"
    dataset: str
    architecture: str
    optimizer: str

    def tables(self) -> dict[str, Any]:
        """Return all settings, nested as in the file."""
        return {"dataset": self.dataset, "architecture": self.architecture, "optimizer": self.optimizer} | (
            self.model_extra or {}
        )


class Environment(RunFile):
    """What a run was made with."""

    model_config = ConfigDict(extra="allow")
    name: ClassVar[str] = "environment.json"
    limit: ClassVar[int] = 64 * _MIB  # it contains the texts of plugin files, and the names of the classes
    if_missing: ClassVar[str] = "the run stopped before its first step, run it again"
    plugins: list[Any]  # read by RecordedPlugin
    started: Annotated[datetime | None, BeforeValidator(started_at)] = None
    versions: dict[str, Text | None] = {}
    devices: list[Text] = []
    precision: Text | None = None
    loop: Text | None = None
    git_commit: Text | None = None


class Summary(RunFile):
    """The results of a finished run; version 0.1 had other names for two of them."""

    name: ClassVar[str] = "summary.json"
    limit: ClassVar[int] = 64 * _MIB
    if_missing: ClassVar[str] = "the run has not finished, continue it with 'convlab resume'"
    renamed: ClassVar[Mapping[str, str]] = {"ended": "stop_reason", "kept": "selected_epoch"}
    experiment: Parts
    started: Annotated[datetime | None, BeforeValidator(started_at)] = None
    parameters: int | None = None
    epochs: list[dict[str, Number]]
    stop_reason: Annotated[Text, Field(validation_alias=AliasChoices("stop_reason", "ended"))] = ""
    selected_epoch: Annotated[int | None, Field(validation_alias=AliasChoices("selected_epoch", "kept"))] = (
        None
    )
    test: dict[str, Number] | None
    timing: dict[str, Seconds]
    resumed: list[dict[str, Any]] = []


class Epoch(RunFile):
    """A line of ``metrics.jsonl``: the loss and the metrics of an epoch, all of which are numbers."""

    model_config = ConfigDict(extra="allow")
    name: ClassVar[str] = "metrics.jsonl"
    limit: ClassVar[int] = 64 * _MIB
    __pydantic_extra__: dict[str, Number]
    epoch: Annotated[int, Field(ge=1)]
    seconds: Seconds | None = None
    images_per_second: Number = None


class Stopped(RunFile):
    """Why a run stopped early."""

    name: ClassVar[str] = "stopped.json"
    state: Literal["failed", "interrupted"]
    message: Text = ""


class Notes(RunFile):
    """What a person wrote about a run."""

    name: ClassVar[str] = "notes.json"
    note: Text = ""
    tags: tuple[Text, ...] = Field(default=(), strict=False)


class Holder(RunFile):
    """The process that holds the lock of a run."""

    name: ClassVar[str] = ".running"
    limit: ClassVar[int] = 2**16
    pid: int
    start: int | None
    host: str
    boot: str
    processes: str
    folder: int
    task: str = "training"
