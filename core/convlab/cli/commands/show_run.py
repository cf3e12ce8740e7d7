"""``convlab show-run``: shows one run."""

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import filesize
from rich.console import RenderableType
from rich.table import Table

from convlab.cli.errors import ending_well
from convlab.cli.options.host import NoPlugins, host_from
from convlab.cli.options.recorded_run import AsJson, RunName, RunsDir
from convlab.cli.output import print_all, print_json, shown
from convlab.runs.description import describe_run
from convlab.runs.recorded_run import open_run
from convlab.text.formatting import duration
from convlab.training.callbacks.summary_lines import decimal, metrics_line

_CODE = "\n\t"  # the control characters of a file of code
_FIRST_EPOCHS, _LAST_EPOCHS = 2, 8
_NOT_METRICS = ("epoch", "seconds", "images_per_second")


def show_run(
    run: RunName,
    code: Annotated[
        bool,
        typer.Option("--code", help="Print the plugin files that the run recorded, without executing them."),
    ] = False,
    runs_dir: RunsDir = Path("runs"),
    as_json: AsJson = False,
    no_plugins: NoPlugins = False,
) -> None:
    """Show the settings, metrics and files of a run. Executes nothing from the run.

    Example: [cyan]convlab show-run last[/]
    """
    with ending_well():
        if code:
            files = open_run(run, runs_dir=runs_dir).plugin_files()
        else:
            described = describe_run(run, runs_dir=runs_dir, host=host_from(None, no_plugins))
    if code and as_json:
        print_json(files)
    elif code:
        print_all(*_code(files))
    elif as_json:
        print_json(described)
    else:
        print_all(*_render(described))


def _code(files: dict[str, str]) -> list[str]:
    if not files:
        return ["The run used no plugin files."]
    return [f"[bold cyan]# {shown(name)}[/]\n{shown(text, keep=_CODE)}" for name, text in files.items()]


def _render(described: dict[str, Any]) -> list[RenderableType]:
    is_explained = described["message"] and described["state"] != "damaged"
    state = described["state"] + (f": {described['message']}" if is_explained else "")
    page: list[RenderableType] = [
        f"[bold cyan]{shown(described['run'])}[/]  {shown(state)}",
        *(f"[bold red]damaged[/]  {shown(damage)}" for damage in described["damage"]),
        _facts_table(described),
    ]
    if described["epochs"]:
        page += ["", _epochs_table(described["epochs"])]
    if described["state"] == "finished" and not described["test"]:
        page += ["", "[bold green]test[/]  not evaluated"]
    if described["test"]:
        page += ["", f"[bold green]test[/]  {shown(metrics_line(described['test']))}"]
    if described["test_looks"] > 1:
        page += [f"[dim]the test set was looked at with {described['test_looks']:,} models of this folder[/]"]
    files = (f"{name} ({filesize.decimal(size)})" for name, size in described["files"].items())
    page += ["", f"[dim]files[/]  {shown(', '.join(files))}"]
    return [*page, *_next_commands(described)]


def _facts_table(described: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, text in _facts(described):
        if text:
            table.add_row(name, shown(text))
    return table


def _facts(described: dict[str, Any]) -> list[tuple[str, str]]:
    environment, timing = described["environment"], described["timing"] or {}
    versions = environment.get("versions", {})
    changed = (f"{key}={_value(value)}" for key, value in described["changed"].items())
    parts = {key: _value(value) for key, value in described["parts"].items()}
    parameters = described["parameters"]
    installed = (
        f"{plugin['kind']} {plugin['name']} {plugin['version'] or 'sha256:' + str(plugin['sha256'])[:12]}"
        for plugin in described["plugins"]
        if plugin["origin"] != "built-in"
    )
    commit = environment.get("git_commit")
    return [
        ("started", described["started"]),
        ("note", described["note"]),
        ("tags", ", ".join(described["tags"])),
        *parts.items(),
        ("parameters", "" if parameters is None else f"{parameters:,}"),
        ("changed", ", ".join(changed) or ("nothing; all settings are defaults" if parts else "")),
        ("time", ", ".join(f"{name} {duration(seconds)}" for name, seconds in timing.items())),
        ("versions", ", ".join(f"{name} {version}" for name, version in versions.items())),
        ("device", ", ".join(map(str, environment.get("devices", [])))),
        ("computed", _computed(environment)),
        ("plugins", ", ".join(installed)),
        ("commit", f"{commit}{' with changes' if environment.get('git_dirty') else ''}" if commit else ""),
    ]


def _computed(environment: dict[str, Any]) -> str:
    if "precision" not in environment:
        return ""
    compiled = ", XLA" if environment.get("xla") else ""
    return f"{environment['precision']}, {environment.get('loop')} loop{compiled}"


def _epochs_table(records: list[dict[str, Any]]) -> Table:
    names = [name for name in records[0] if name not in _NOT_METRICS]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("epoch", "time", *names):
        table.add_column(shown(heading), justify="right")
    omitted = len(records) - _FIRST_EPOCHS - _LAST_EPOCHS
    for number, record in enumerate(records):
        if omitted > 1 and _FIRST_EPOCHS <= number < _FIRST_EPOCHS + omitted:
            if number == _FIRST_EPOCHS:
                table.add_row("…")
            continue
        values = (decimal(record[name]) if name in record else "" for name in names)
        table.add_row(shown(record.get("epoch", "")), duration(float(record.get("seconds") or 0)), *values)
    return table


def _next_commands(described: dict[str, Any]) -> list[str]:
    run = shlex.quote(described["run"])
    commands = {f"convlab run {run}/experiment.toml": "run it again"}
    if described["state"] == "finished":
        commands = {
            f"convlab evaluate {run}": "metrics per class, confusions, calibration",
            f"convlab report {run}": "all of this and more in one HTML file",
            f"convlab predict {run} FILE": "classify image files",
            f"convlab export {run} --format onnx": "export for another runtime",
        } | commands
    elif described["state"] in ("interrupted", "failed"):
        commands = {f"convlab resume {run}": "continue the run"} | commands
    if any(plugin["sha256"] for plugin in described["plugins"]):
        commands[f"convlab show-run {run} --code"] = "print its plugin files"
    width = max(map(len, commands))
    return [
        f"[dim]{'' if number else 'next':5}[/]  {shown(command):<{width}}  [dim]# {purpose}[/]"
        for number, (command, purpose) in enumerate(commands.items())
    ]


def _value(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) and value else str(value)
