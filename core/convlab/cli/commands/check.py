"""``convlab check``: checks a plugin or part against what convlab requires."""

import shutil
import sys
import textwrap
from typing import Annotated

import typer

from convlab.cli.errors import ending_well
from convlab.cli.options.assignments import option_values
from convlab.cli.options.completion import complete_kind
from convlab.cli.options.data import DataDir
from convlab.cli.options.host import NoPlugins, PluginFiles, host_from
from convlab.cli.output import print_all, print_json, shown
from convlab.inspect.checks import CheckReport, CheckResult, check
from convlab.inspect.checks.targets import plugin_files
from convlab.parts import part_type

_MARKS = {
    "passed": "[green]✓[/]",
    "failed": "[bold red]✗[/]",
    "skipped": "[dim]-[/]",
    "expected failure": "[yellow]x[/]",
}


def check_target(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET",
            help="A plugin, as 'convlab plugins' lists it, a FILE.py, or a part's name.",
        ),
    ],
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            help="Check only this kind of part, such as dataset or metric.",
            autocompletion=complete_kind,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "-s",
            "--set",
            metavar="KEY=VALUE",
            help="Check parts with an option, such as architecture.units=8; may be repeated.",
        ),
    ] = None,
    data_dir: DataDir = None,
    plugin: PluginFiles = None,
    no_plugins: NoPlugins = False,
) -> None:
    """Check that a plugin meets all requirements; print one line per check, and how to fix each failure.

    The exit code is 1 if a check failed. Nothing is downloaded.

    Example: [cyan]convlab check cnn[/]
    """
    stdout = sys.stdout
    width = shutil.get_terminal_size().columns if stdout.isatty() else sys.maxsize
    printed: list[str] = []

    def print_result(result: CheckResult) -> None:
        if as_json:
            return
        if printed[-1:] != [result.subject]:
            print_all(f"[bold cyan]{shown(result.subject)}[/]", to=stdout)
            printed.append(result.subject)
        print_all(*_lines(result, width), to=stdout)

    with ending_well():
        files = [*(plugin or []), *plugin_files([target])]
        report = check(
            target,
            part_type=part_type(kind) if kind else None,
            host=host_from(files, no_plugins),
            data_dir=data_dir,
            options=option_values(settings or ()),
            on_result=print_result,
        )
    if as_json:
        print_json(report.summary())
    else:
        print_all(_counts(report))
    if not report.ok:
        raise typer.Exit(1)


def _lines(result: CheckResult, width: int) -> list[str]:
    title = result.title if result.status != "skipped" else f"skipped: {result.message}"
    values = ", ".join(f"{name} {_number(value)}" for name, value in result.values.items())
    end = f": {shown(values)}" if values else ""
    lines = [f"  {_MARKS[result.status]} [cyan]{result.check}[/]  [dim]{shown(title)}[/]{end}"]
    if result.status in ("failed", "expected failure"):
        texts = {"": result.message, "at": result.location, "why": result.why, "fix": result.fix}
        for label, text in texts.items():
            if label == "at" and not text:
                continue
            first, *others = textwrap.wrap(text, max(width - 11, 20)) or [""]
            lines.append(f"      [dim]{label:3}[/]  {shown(first)}")
            lines += [f"{'':11}{shown(other)}" for other in others]
    return lines


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _counts(report: CheckReport) -> str:
    parts = [f"[green]{report.count('passed')} passed[/]"]
    parts.append(f"[{'bold red' if report.failures else 'dim'}]{len(report.failures)} failed[/]")
    if skipped := report.count("skipped"):
        parts.append(f"[dim]{skipped} skipped[/]")
    seconds = sum(result.seconds for result in report.results)
    return f"\n{', '.join(parts)} [dim]in {seconds:.1f} s[/]"
