"""``convlab show-run``: one run."""

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.filesize import decimal
from rich.table import Table

from convlab.cli.errors import ending_well
from convlab.cli.options.host import NoPlugins, host_from
from convlab.cli.options.recorded_run import AsJson, RunName, RunsDir
from convlab.cli.output import print_all, print_json, shown
from convlab.runs.description import describe_run
from convlab.runs.recorded_run import open_run
from convlab.text.formatting import duration
from convlab.training.callbacks.summary_lines import metrics_line as measures

_FIRST, _LAST = 2, 8
_EPOCH = ("epoch", "seconds", "images_per_second")


def show_run(
    run: RunName,
    code: Annotated[
        bool, typer.Option("--code", help="Print the plugin files that the run keeps, and run nothing.")
    ] = False,
    runs_dir: RunsDir = Path("runs"),
    as_json: AsJson = False,
    no_plugins: NoPlugins = False,
) -> None:
    """Show one run: its settings, figures and files. Nothing of it is loaded or run.

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
        print_all(*_page(described))


def _code(files: dict[str, str]) -> list[str]:
    if not files:
        return ["The run keeps no plugin files."]
    return [f"[bold cyan]# {shown(name)}[/]\n{shown(text)}" for name, text in files.items()]


def _page(described: dict[str, Any]) -> list[RenderableType]:
    state = described["state"] + (f": {described['message']}" if described["message"] else "")
    page: list[RenderableType] = [
        f"[bold cyan]{shown(described['run'])}[/]  {shown(state)}",
        *(f"[bold red]damaged[/]  {shown(damage)}" for damage in described["damage"] if damage not in state),
        _facts(described),
    ]
    if described["epochs"]:
        page += ["", _epochs(described["epochs"])]
    if described["test"]:
        page += ["", f"[bold green]test[/]  {shown(measures(described['test']))}"]
    files = (f"{name} ({decimal(size)})" for name, size in described["files"].items())
    page += ["", f"[dim]files[/]  {shown(', '.join(files))}"]
    return [*page, *_next(described)]


def _facts(described: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, text in _lines(described):
        if text:
            table.add_row(name, shown(text))
    return table


def _lines(described: dict[str, Any]) -> list[tuple[str, str]]:
    environment, timing = described["environment"], described["timing"] or {}
    versions = environment.get("versions", {})
    changed = (f"{key}={_value(value)}" for key, value in described["changed"].items())
    parts = {key: _value(value) for key, value in described["parts"].items()}
    parameters = described["parameters"]
    from_elsewhere = (
        f"{plugin['kind']} {plugin['name']} {plugin['version'] or 'sha256:' + str(plugin['sha256'])[:12]}"
        for plugin in described["plugins"]
        if plugin["origin"] != "built-in"
    )
    commit = environment.get("git_commit")
    return [
        ("started", described["started"]),
        *parts.items(),
        ("parameters", "" if parameters is None else f"{parameters:,}"),
        ("changed", ", ".join(changed) or ("nothing: all settings are the defaults" if parts else "")),
        ("time", ", ".join(f"{name} {duration(seconds)}" for name, seconds in timing.items())),
        ("versions", ", ".join(f"{name} {version}" for name, version in versions.items())),
        ("device", ", ".join(map(str, environment.get("devices", [])))),
        ("computed", _computed(environment)),
        ("plugins", ", ".join(from_elsewhere)),
        ("commit", f"{commit}{' with changes' if environment.get('git_dirty') else ''}" if commit else ""),
    ]


def _computed(environment: dict[str, Any]) -> str:
    if "precision" not in environment:
        return ""
    compiled = ", XLA" if environment.get("xla") else ""
    return f"{environment['precision']}, {environment.get('loop')} loop{compiled}"


def _epochs(records: list[dict[str, Any]]) -> Table:
    names = [name for name in records[0] if name not in _EPOCH]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("epoch", "time", *names):
        table.add_column(shown(heading), justify="right")
    left_out = len(records) - _FIRST - _LAST
    for number, record in enumerate(records):
        if left_out > 1 and _FIRST <= number < _FIRST + left_out:
            if number == _FIRST:
                table.add_row("…")
            continue
        values = (_figure(record.get(name)) for name in names)
        table.add_row(shown(record.get("epoch", "")), duration(float(record.get("seconds") or 0)), *values)
    return table


def _figure(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, int | float) else shown("" if value is None else value)


def _next(described: dict[str, Any]) -> list[str]:
    run = shlex.quote(described["run"])
    files = {plugin["target"] for plugin in described["plugins"] if plugin["sha256"]}
    plugins = "".join(f" --plugin {shlex.quote(file)}" for file in sorted(files))
    steps = {f"convlab run {run}/experiment.toml{plugins}": "the same again"}
    if described["state"] == "finished":
        steps = {
            f"convlab evaluate {run}": "per class, confusions, calibration",
            f"convlab predict {run} PICTURE": "what is in a picture",
            f"convlab export {run} --format onnx": "for another runtime",
        } | steps
    elif described["state"] in ("interrupted", "failed"):
        steps = {f"convlab resume {run}": "go on with it"} | steps
    if files:
        steps[f"convlab show-run {run} --code"] = "the plugin files that it keeps"
    width = max(map(len, steps))
    return [
        f"[dim]{'' if number else 'next':5}[/]  {shown(command):<{width}}  [dim]# {purpose}[/]"
        for number, (command, purpose) in enumerate(steps.items())
    ]


def _value(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) and value else str(value)
