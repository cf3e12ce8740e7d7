"""A run on another number of cores says that its results will differ, and how to get the same ones."""

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.slow
def test_a_repeated_or_resumed_run_warns_of_another_number_of_threads_unless_it_is_pinned(
    forked: Any, tmp_path: Path
) -> None:
    settings = ("-q", "-a", "mlp", "-s", "train.compile=off", "-e", "1", "--max-steps", "1")
    assert forked.run(tmp_path, "run", *settings, "--name", "pinned", "-s", "train.threads=3").returncode == 0
    environment = tmp_path / "runs" / "pinned" / "environment.json"
    recorded = json.loads(environment.read_bytes())
    assert recorded["threads"] == 3
    experiment = environment.with_name("experiment.toml")
    repeated = forked.run(tmp_path, "run", str(experiment), "-q")
    assert "threads" not in repeated.stderr

    environment.write_text(json.dumps(recorded | {"threads": 1000}), encoding="utf-8")
    said = "warning: the run was trained with 1000 threads, but this process has 3"
    for command in (("run", str(experiment)), ("resume", "pinned", "--max-steps", "2")):
        finished = forked.run(tmp_path, *command, "-q")
        assert finished.returncode == 0
        assert said in finished.stderr
        assert "set -s train.threads to 1000" in finished.stderr
