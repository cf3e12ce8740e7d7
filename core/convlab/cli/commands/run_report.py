"""What a person is told of a run that has finished."""

import shlex

from rich.markup import escape

from convlab.runs.result import Run
from convlab.training.callbacks.summary_lines import metrics_line as measures

_ENDED = {
    "patience": "stopped early: for {patience} epochs none was better",
    "max_seconds": "stopped early: the {max_seconds:g} seconds were over",
}


def report(result: Run) -> list[str]:
    """Return the lines that tell what was found, where it is kept, and what one may do next."""
    again = f"convlab run {shlex.quote(str(result.folder / 'experiment.toml'))}"
    settings = result.experiment.train
    repeats = result.stop_reason != "max_seconds" and not any(at["changed"] for at in result.resumed)
    other = "mlp" if result.experiment.architecture != "mlp" else "cnn"
    steps = {
        again: "the same numbers again" if repeats else "the same settings from the start",
        f"{again} -a {other}": "another network",
        "convlab list": "all parts",
    }
    width = max(map(len, steps))
    of_epoch = f"  [dim]after epoch {result.selected_epoch}[/]" if settings.restore_best else ""
    ended = _ENDED.get(result.stop_reason)
    return [
        *([f"[dim]{ended.format(**settings.model_dump())}[/]"] if ended else []),
        f"[bold green]test[/]  {escape(measures(result.test))}{of_epoch}",
        f"[dim]kept[/]  {escape(str(result.folder))}",
        *(
            f"[dim]{'' if number else 'next':4}[/]  {escape(command):<{width}}  [dim]# {purpose}[/]"
            for number, (command, purpose) in enumerate(steps.items())
        ),
    ]
