"""The number of threads, which changes results, is recorded, can be pinned, and is compared."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from convlab import ConfigError, TrainSettings
from convlab.runs.recorded_threads import recorded_environment, warn_about_threads
from convlab.system.tensorflow_start import start_tensorflow
from convlab.system.threads import thread_count


@pytest.mark.parametrize(
    ("environment", "threads", "warns"),
    [
        ({"threads": 1000}, None, True),
        ({"threads": 1000}, 1000, False),
        ({"threads": 1000, "devices": ["GPU: /device:GPU:0"]}, None, False),
        ({}, None, False),
        ({"threads": "1000"}, None, False),
    ],
)
def test_another_number_of_threads_than_recorded_is_reported_with_a_way_to_get_the_same_results(
    environment: dict[str, Any],
    threads: int | None,
    warns: bool,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("convlab.system.threads.sys.modules", {})  # as before TensorFlow is imported
    with caplog.at_level(logging.WARNING, "convlab"):
        warn_about_threads(environment, TrainSettings(threads=threads))
    assert ("was trained with 1000 threads" in caplog.text) == warns
    assert ("set `train.threads` to 1000 for the same results" in caplog.text) == warns


def test_the_environment_of_a_run_is_found_next_to_its_experiment(tmp_path: Path) -> None:
    contents = {"plugins": [], "threads": 3}
    (tmp_path / "environment.json").write_text(json.dumps(contents), encoding="utf-8")
    assert recorded_environment(tmp_path / "experiment.toml") == contents
    assert recorded_environment(tmp_path / "other.toml") == {}
    assert recorded_environment(tmp_path / "elsewhere" / "experiment.toml") == {}
    for damaged in ("[]", "{", ""):
        (tmp_path / "environment.json").write_text(damaged, encoding="utf-8")
        assert recorded_environment(tmp_path / "experiment.toml") == {}


def test_the_threads_of_a_process_cannot_change_once_tensorflow_runs() -> None:
    start_tensorflow()
    start_tensorflow(thread_count())
    with pytest.raises(ConfigError, match=r"`train.threads` is 1000, but TensorFlow already runs with"):
        start_tensorflow(1000)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs control over the cores")
def test_pinned_threads_give_the_same_weights_on_any_number_of_cores(
    whole_data_dir: Path, tmp_path: Path
) -> None:
    program = """
import hashlib, os, sys
os.sched_setaffinity(0, {int(core) for core in sys.argv[3].split(",")})
import numpy as np
from convlab import Experiment, run
train = {"epochs": 1, "max_steps": 15, "batch_size": 128, "threads": int(sys.argv[4])}
experiment = Experiment(dataset="mnist", data={"limit": 3000}, train=train)
result = run(experiment, runs_dir=sys.argv[1], data_dir=sys.argv[2], name=sys.argv[5], progress=False)
print(hashlib.sha256(b"".join(np.asarray(each).tobytes() for each in result.model.get_weights())).hexdigest())
"""

    def weights(cores: str, threads: int) -> bytes:
        arguments = [tmp_path, whole_data_dir, cores, threads, f"{len(cores)}-{threads}"]
        command = [sys.executable, "-c", program, *map(str, arguments)]
        return subprocess.run(command, check=True, capture_output=True).stdout

    assert weights("0", 8) == weights("0,1", 8) != weights("0,1", 1)
