"""Whatever is wrong with the files of a run, a report says so, or an error does."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convlab import ConvlabError, Run, report

from .page import ParsedPage

FILES = ("summary.json", "metrics.jsonl", "environment.json", "experiment.toml", "data.json", "model.keras")


def poisoned(value: Any) -> Any:
    """Replace what a value contains by other types and sizes."""
    if isinstance(value, dict):
        return {key: poisoned(item) for key, item in value.items()} | {"<b>": [None]}
    if isinstance(value, list):
        return [*map(poisoned, value), {}]
    if isinstance(value, bool) or value is None:
        return "<b>"
    return value + "<b>\x00" if isinstance(value, str) and "T" not in value else -1e300


def poison(file: Path) -> None:
    if file.suffix != ".json":
        file.write_bytes(b"\x00\xff" + file.read_bytes())
    else:
        file.write_text(json.dumps(poisoned(json.loads(file.read_text(encoding="utf-8")))), encoding="utf-8")


def without_epochs(file: Path) -> None:
    """Take out the epochs' numbers, which a summary may lack."""
    text = file.read_text(encoding="utf-8", errors="replace")
    file.write_text(text.replace('"epoch"', '"other"').replace('"seed"', '"xla"'), encoding="utf-8")


MUTATIONS: dict[str, Callable[[Path], Any]] = {
    "removed": lambda file: file.unlink(),
    "empty": lambda file: file.write_bytes(b""),
    "halved": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    "an empty object": lambda file: file.write_text("{}"),
    "poisoned": poison,
    "without epochs": without_epochs,
}


@pytest.mark.slow
@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("file", FILES)
def test_a_damaged_run_has_a_report_or_an_error(
    convolutional: Run, runs_dir: Path, tmp_path: Path, file: str, mutation: str
) -> None:
    run = shutil.copytree(convolutional.folder, tmp_path / "run")
    MUTATIONS[mutation](run / file)
    for runs in ([run], [run, runs_dir / "plain"]):
        try:
            html = report(*runs).html
        except ConvlabError:
            continue
        assert ParsedPage(html).of("b") == []
        assert "\x00" not in html


def test_a_run_of_which_nothing_can_be_read_has_a_report_that_says_so(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    for name in ("summary.json", "experiment.toml", "environment.json", "metrics.jsonl"):
        os.mkfifo(run / name)  # opening one would wait for a writer
    html = report(run).html
    assert "damaged" in html
    assert "continue it with" not in html
