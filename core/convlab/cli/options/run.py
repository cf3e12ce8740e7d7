"""The options of ``convlab run``, each with its help and its environment variable."""

from pathlib import Path
from typing import Annotated, Any

import typer

from convlab.cli.options.completion import complete_names
from convlab.parts import Architecture, Dataset, Metric, Optimizer, Tracker

_PARTS, _TRAINING, _FILES, _OUTPUT = "What to train", "How to train", "Where things are", "What to print"


def _part(short: str, name: str, what: str, **more: Any) -> Any:
    return typer.Option(short, name, metavar="NAME", help=what, rich_help_panel=_PARTS, **more)


def _training(*names: str, what: str, **more: Any) -> Any:
    return typer.Option(*names, help=what, rich_help_panel=_TRAINING, **more)


File = Annotated[
    Path | None,
    typer.Argument(metavar="[FILE.toml]", help="An experiment to start from.", show_default=False),
]
DatasetName = Annotated[
    str | None,
    _part(
        "-d",
        "--dataset",
        "The data set [dim](default: digits)[/].",
        envvar="CONVLAB_DATASET",
        autocompletion=complete_names(Dataset),
    ),
]
ArchitectureName = Annotated[
    str | None,
    _part(
        "-a",
        "--architecture",
        "The network [dim](default: cnn)[/].",
        envvar="CONVLAB_ARCHITECTURE",
        autocompletion=complete_names(Architecture),
    ),
]
OptimizerName = Annotated[
    str | None,
    _part(
        "-o",
        "--optimizer",
        "The optimizer [dim](default: adam)[/].",
        envvar="CONVLAB_OPTIMIZER",
        autocompletion=complete_names(Optimizer),
    ),
]
MetricNames = Annotated[
    list[str] | None,
    _part(
        "-m",
        "--metric",
        "A metric; may be repeated [dim](default: accuracy)[/].",
        envvar="CONVLAB_METRICS",
        autocompletion=complete_names(Metric),
    ),
]
TrackerNames = Annotated[
    list[str] | None,
    _part(
        "-t",
        "--tracker",
        "Where to keep the figures too; may be repeated [dim](default: none)[/].",
        envvar="CONVLAB_TRACKERS",
        autocompletion=complete_names(Tracker),
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "-s",
        "--set",
        metavar="KEY=VALUE",
        envvar="CONVLAB_SET",
        rich_help_panel=_PARTS,
        help="Set any key, such as architecture.filters=\\[32,64], optimizer.momentum=0.9 or "
        "data.limit=5000. May be repeated.",
    ),
]
Epochs = Annotated[
    int | None,
    _training("-e", "--epochs", what="Passes over the data [dim](default: 10)[/].", envvar="CONVLAB_EPOCHS"),
]
BatchSize = Annotated[
    int | None,
    _training("--batch-size", what="Images a step [dim](default: 64)[/].", envvar="CONVLAB_BATCH_SIZE"),
]
LearningRate = Annotated[
    float | None,
    _training(
        "--learning-rate",
        what="The rate, or its peak under a schedule [dim](default: the optimizer's own)[/].",
        envvar="CONVLAB_LEARNING_RATE",
    ),
]
Seed = Annotated[
    int | None,
    _training(
        "--seed", what="Decides weights, order and dropout [dim](default: 0)[/].", envvar="CONVLAB_SEED"
    ),
]
Loop = Annotated[
    str | None,
    _training(
        "--loop",
        what="A GradientTape step in one graph, or Keras fit [dim](default: tape)[/].",
        metavar="tape|fit",
        envvar="CONVLAB_LOOP",
    ),
]
Precision = Annotated[
    str | None,
    _training(
        "--precision",
        what="What layers compute in [dim](default: float32)[/].",
        metavar="auto|float32|mixed_bfloat16",
        envvar="CONVLAB_PRECISION",
    ),
]
MaxSteps = Annotated[
    int | None,
    _training(
        "--max-steps",
        what="Stop after this many batches, if the epochs have not ended before.",
        envvar="CONVLAB_MAX_STEPS",
    ),
]
Deterministic = Annotated[
    bool | None,
    _training(
        "--deterministic/--no-deterministic",
        what="Use no operation whose result may differ between two runs, as some on a GPU.",
        envvar="CONVLAB_DETERMINISTIC",
        show_default=False,
    ),
]
RunsDir = Annotated[
    Path,
    typer.Option(
        "--runs-dir",
        metavar="DIR",
        envvar="CONVLAB_RUNS_DIR",
        rich_help_panel=_FILES,
        help="Keep the run in a new folder in here.",
    ),
]
RunName = Annotated[
    str | None,
    typer.Option("--name", metavar="NAME", rich_help_panel=_FILES, help="Name the run's folder."),
]
DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        metavar="DIR",
        rich_help_panel=_FILES,
        help="Look for data files here before anywhere else; CONVLAB_DATA_DIR names more folders.",
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", rich_help_panel=_OUTPUT, help="Print the result as one JSON object.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", rich_help_panel=_OUTPUT, help="Show no progress.")]
PrintConfig = Annotated[
    bool,
    typer.Option(
        "--print-config",
        rich_help_panel=_OUTPUT,
        help="Print the whole experiment as TOML that runs as it is, and train nothing.",
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        rich_help_panel=_OUTPUT,
        help="Load the data, build the model and say what would be trained.",
    ),
]
