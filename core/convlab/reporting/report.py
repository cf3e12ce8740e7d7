"""``convlab report`` as a function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from convlab.data.arrays import Data
from convlab.drawing.figures import write_page
from convlab.errors import ConfigError
from convlab.host import PluginHost
from convlab.reporting.available import Available
from convlab.reporting.comparison_page import comparison_page
from convlab.reporting.page import check_replaceable, render
from convlab.reporting.run_page import run_page
from convlab.reporting.run_view import Access, RunView, folder_of
from convlab.runs.recorded_run import RecordedRun
from convlab.runs.result import Run

REPORT_FILE = "report.html"


@dataclass(frozen=True, kw_only=True)
class Report:
    """A report, which a notebook shows.

    Attributes:
        runs: the folder of each run.
        html: the page; it loads nothing and executes only its own script, which sorts tables.
        path: the file that it was written to; ``None`` if it was not.
        missing: the titles of what could not be shown, by the reason.
    """

    runs: tuple[Path, ...]
    html: str = field(repr=False)
    path: Path | None
    missing: dict[str, list[str]]

    def _repr_html_(self) -> str:
        import markupsafe

        return (
            f'<iframe sandbox="allow-scripts" srcdoc="{markupsafe.escape(self.html)}" title="Report" '
            'width="100%" height="800"></iframe>'
        )


def report(
    *runs: str | Path | RecordedRun | Run,
    to: str | Path | None = None,
    runs_dir: str | Path = "runs",
    host: PluginHost | None = None,
    plugin_files: Sequence[str | Path] = (),
    data: Data | None = None,
    dataset_options: Mapping[str, Any] | None = None,
    data_dir: str | Path | None = None,
    trust: bool = False,
) -> Report:
    """Describe one run, or compare several, in one HTML file that needs no network.

    The report of a run has its score with an interval next to simple baselines, curves, confusions,
    calibration, mistakes, samples, filters, heat maps, layers, settings and environment. The report of
    several runs has their curves, and their scores against time, parameters and operations.

    Predictions are those on the test set if the run has evaluated it, or else on the validation set: a test
    set that is sealed stays sealed. What is not available, such as the data, is left out with the reason.

    Args:
        runs: one or more runs: each a folder, a name, a unique part of a name, ``last``, an opened run, or
            the result of ``run``.
        to: the file to write; nothing is written by default.
        runs_dir: the folder that contains the runs.
        host: provides the parts; by default the installed plugins and the run's own plugin files.
        plugin_files: plugin files to load, each instead of the run's own of that name.
        data: the arrays of a run that was trained on arrays.
        dataset_options: options of the run's dataset to change, such as its ``path``.
        data_dir: a folder to search for data files first; by default the run's own.
        trust: whether to execute code from the run's author that this machine has never executed.

    Raises:
        ConfigError: no run matches, or ``to`` is a file that is not a report.
        RunFolderError: a folder is not a run folder.
        ConvlabError: the file cannot be written.

    Example::

        from convlab import report

        report("last", to="report.html")
    """
    if not runs:
        raise ConfigError("`runs`: expected at least one run, got none")
    access = Access(
        host=host,
        plugin_files=plugin_files,
        data=data,
        dataset_options=dataset_options or {},
        data_dir=data_dir,
        trust=trust,
    )
    paths = [folder_of(run, runs_dir) for run in runs]
    path = None if to is None else Path(to).expanduser()
    if path is not None:
        check_replaceable(path)
    views = [RunView(path=each, access=access) for each in dict.fromkeys(paths)]
    available = Available()
    with available.collecting():
        for view in views:
            available.warnings.extend(view.described["damage"])
        content = run_page(views[0], available) if len(views) == 1 else comparison_page(views, available)
    name = "run.html" if len(views) == 1 else "comparison.html"
    html = render(name, content | {"missing": available.missing, "logged": available.warnings})
    if path is not None:
        write_page(path, html.encode())
    return Report(runs=tuple(paths), html=html, path=path, missing=available.missing)
