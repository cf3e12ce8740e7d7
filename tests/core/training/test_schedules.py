"""A schedule that a run cannot use is refused, and one that depends on the results is honoured."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from convlab import Experiment, PluginError, PluginHost, Run, Schedule, hookimpl, prepare, resume, run


def host_with(build: Callable[..., Any]) -> PluginHost:
    @hookimpl
    def convlab_schedules() -> list[Schedule]:
        return [Schedule(name="own", summary="A schedule of a test", build=build)]

    host = PluginHost(third_party=False)
    host.register(SimpleNamespace(convlab_schedules=convlab_schedules))
    return host


def raises(learning_rate: float, steps: int, options: None) -> Any:
    raise ZeroDivisionError("division by zero")


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (raises, "schedule 'notebook:own' failed: ZeroDivisionError: division by zero"),
        (lambda rate, steps, options: "0.1", "must build a number or a LearningRateSchedule, got str"),
        (lambda rate, steps, options: [rate] * steps, "or a LearningRateSchedule, got list"),
        (lambda rate, steps, options: True, "or a LearningRateSchedule, got bool"),
        (lambda rate, steps, options: -rate, "starts with the learning rate -0.002; return finite rates"),
        (lambda rate, steps, options: float("nan"), "starts with the learning rate nan"),
    ],
)
def test_what_is_not_a_learning_rate_is_refused_before_training(build: Any, message: str) -> None:
    with pytest.raises(PluginError, match=message):
        prepare(Experiment(schedule="own"), host=host_with(build))


MLP: dict[str, Any] = {"architecture": "mlp", "architecture_options": {"hidden": [16]}}
# At this rate the loss does not improve; each reduction changes the weights of the epochs that follow.
PLATEAU: dict[str, Any] = {
    "schedule": "reduce_on_plateau",
    "schedule_options": {"patience": 1, "min_delta": 0.3, "factor": 0.3},
}


@pytest.mark.parametrize("loop", ["tape", "fit"])
def test_a_run_that_reduces_its_rate_on_a_plateau_resumes_bit_for_bit(tmp_path: Path, loop: str) -> None:
    host = PluginHost(third_party=False)

    def train(name: str, **settings: Any) -> Run:
        train: Any = {"loop": loop, "compile": "off", "learning_rate": 0.01, "warmup": 0.0, **settings}
        experiment = Experiment(**MLP, **PLATEAU, train=train)
        return run(experiment, host=host, runs_dir=tmp_path, name=name, progress=False)

    uninterrupted = train("uninterrupted", max_steps=100)
    train("stopped", max_steps=70)
    resumed = resume("stopped", train={"max_steps": 100}, host=host, runs_dir=tmp_path, progress=False)
    for mine, other in zip(resumed.model.get_weights(), uninterrupted.model.get_weights(), strict=True):
        assert np.array_equal(mine, other)
    constant = run(
        Experiment(**MLP, schedule="constant", train=uninterrupted.experiment.train),
        host=host, runs_dir=tmp_path, progress=False,
    )  # fmt: skip
    assert constant.epochs[1]["loss"] == uninterrupted.epochs[1]["loss"]
    assert constant.epochs[-1]["loss"] != uninterrupted.epochs[-1]["loss"], "the rate was never reduced"
