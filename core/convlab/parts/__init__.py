"""What a plugin hands to the host: frozen descriptions of its parts, each with a factory.

Describing a part runs nothing of it. A factory is called only when an experiment uses the part, and
imports TensorFlow inside, so that listing what there is stays quick.
"""

from __future__ import annotations

import importlib.util
import inspect
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from convlab.options.reading import check_options_type
from convlab.parts.manifest import DatasetManifest

if TYPE_CHECKING:
    import keras

    from convlab.data.image_data import ImageData
    from convlab.data.source import DataSource
    from convlab.training.callbacks.tracked_run import RunTracker, TrackedRun

Kind = Literal["dataset", "architecture", "optimizer", "metric", "tracker"]

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*")


@dataclass(frozen=True, kw_only=True)
class Part:
    """What every description has in common.

    Attributes:
        name: lower-case letters, digits, ``_``, ``-`` and ``.``; what users type.
        summary: one line that ``convlab list`` shows.
        options: a frozen dataclass whose fields all have defaults; left out where the part has none.
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
            raise ValueError(f"{self}: a name has lower-case letters, digits, '_', '-' and '.' only")
        if not isinstance(self.summary, str) or not self.summary.strip() or "\n" in self.summary:
            raise ValueError(f"{self}: summary must be one line of text")
        if self.options is not None:
            try:
                check_options_type(self.options)
            except TypeError as error:
                raise TypeError(f"{self}: {error}") from None
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


@dataclass(frozen=True, kw_only=True)
class Dataset(Part):
    """A data set.

    Attributes:
        load: called as ``load(source, options)``; returns an ``ImageData``. ``source`` names the folders to
            look in. Raises ``DataError`` where the files are missing or damaged.
        manifest: what is known of its published form; with it ``convlab data`` lists, fetches and checks
            the data set, and a run refuses what is damaged. ``source.obtain(manifest)`` gives ``load`` the
            files.
        where: where a data set without a published form lies, as ``convlab data list`` says it.
    """

    kind: ClassVar[Kind] = "dataset"
    factory: ClassVar[str] = "load"
    arguments: ClassVar[tuple[str, ...]] = ("source", "options")

    load: Callable[[DataSource, Any], ImageData]
    manifest: DatasetManifest | None = None
    where: str = "where its plugin looks"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.manifest is not None and not isinstance(self.manifest, DatasetManifest):
            raise TypeError(f"{self}: manifest must be a DatasetManifest, not {type(self.manifest).__name__}")
        if self.manifest is not None and self.manifest.name != self.name:
            raise ValueError(f"{self}: manifest has the name {self.manifest.name!r}: give both the same")


@dataclass(frozen=True, kw_only=True)
class Architecture(Part):
    """A network.

    Attributes:
        build: called as ``build(input_shape, num_classes, options)``, ``input_shape`` being
            ``(height, width, channels)``; returns a ``keras.Model`` that maps scaled float images
            ``(batch, height, width, channels)`` to logits ``(batch, num_classes)``, without a softmax.
    """

    kind: ClassVar[Kind] = "architecture"
    factory: ClassVar[str] = "build"
    arguments: ClassVar[tuple[str, ...]] = ("input_shape", "num_classes", "options")

    build: Callable[[tuple[int, int, int], int, Any], keras.Model]


@dataclass(frozen=True, kw_only=True)
class Optimizer(Part):
    """A rule that updates the weights.

    Attributes:
        build: called as ``build(learning_rate, options)``, where ``learning_rate`` is a float or a
            ``keras.optimizers.schedules.LearningRateSchedule``; returns a ``keras.optimizers.Optimizer``.
        learning_rate: the rate that a run uses where the user names none.
    """

    kind: ClassVar[Kind] = "optimizer"
    factory: ClassVar[str] = "build"
    arguments: ClassVar[tuple[str, ...]] = ("learning_rate", "options")

    build: Callable[[Any, Any], keras.optimizers.Optimizer]
    learning_rate: float = 0.001

    def __post_init__(self) -> None:
        super().__post_init__()
        rate = self.learning_rate
        if not isinstance(rate, int | float) or not 0 < rate < math.inf:
            raise ValueError(f"{self}: learning_rate must be a number above 0, not {rate!r}")


@dataclass(frozen=True, kw_only=True)
class Metric(Part):
    """A number that says how good the predictions are.

    Attributes:
        build: called as ``build(num_classes, options)``; returns a ``keras.metrics.Metric`` whose
            ``update_state(labels, logits)`` takes int64 labels ``(batch,)`` and float32 logits
            ``(batch, num_classes)``, and whose result is right for batches of unequal size.
        mode: ``max`` where more is better, ``min`` where less is.
    """

    kind: ClassVar[Kind] = "metric"
    factory: ClassVar[str] = "build"
    arguments: ClassVar[tuple[str, ...]] = ("num_classes", "options")

    build: Callable[[int, Any], keras.metrics.Metric]
    mode: Literal["min", "max"] = "max"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mode not in ("min", "max"):
            raise ValueError(f"{self}: mode must be 'min' or 'max', not {self.mode!r}")


@dataclass(frozen=True, kw_only=True)
class Tracker(Part):
    """Something that keeps a run's figures elsewhere too, such as a service or a file for a viewer.

    Attributes:
        start: called as ``start(run, options)`` with a ``TrackedRun`` when training begins or goes on, in a
            thread of its own; returns a ``RunTracker`` that is told how the run goes.
        requires: the modules that ``start`` imports and that need not be installed; where one is missing, a
            run that names the tracker ends before anything is loaded.
        install: what pip installs those modules by; their names where left out.
        offline: returns options with which the tracker asks no service and writes nothing outside a given
            folder, for ``convlab check``; left out where the defaults are such.
    """

    kind: ClassVar[Kind] = "tracker"
    factory: ClassVar[str] = "start"
    arguments: ClassVar[tuple[str, ...]] = ("run", "options")

    start: Callable[[TrackedRun, Any], RunTracker]
    requires: tuple[str, ...] = ()
    install: str = ""
    offline: Callable[[Path], Any] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.requires, tuple) or not all(isinstance(name, str) for name in self.requires):
            raise TypeError(f"{self}: requires must be a tuple of modules' names, not {self.requires!r}")

    def missing(self) -> str:
        """Say which of the required modules is not installed, and how to get it; empty where none is."""
        for module in self.requires:
            if importlib.util.find_spec(module.partition(".")[0]) is None:
                wanted = self.install or " ".join(self.requires)
                return f"{self} needs the module {module}, which is not installed: pip install '{wanted}'"
        return ""


PART_TYPES: tuple[type[Part], ...] = (Dataset, Architecture, Optimizer, Metric, Tracker)
