"""Each schedule gives the documented learning rate at every step of a run."""

import math
from typing import Any

import numpy as np
import pytest

from convlab import PluginHost, Schedule
from convlab.training.schedules import scheduled_rate

NAMES = ("constant", "step", "exponential", "polynomial", "cosine", "one_cycle", "reduce_on_plateau")
HOST = PluginHost(third_party=False)


def build(name: str, *, steps: int, warmup: float = 0.0, **options: Any) -> Any:
    provided = HOST.find(Schedule, name)
    chosen = provided.part.options(**options) if provided.part.options else None
    return scheduled_rate(provided, chosen, 0.4, steps=steps, warmup=warmup)


def rates(name: str, *, steps: int = 100, warmup: float = 0.0, **options: Any) -> list[float]:
    rate = build(name, steps=steps, warmup=warmup, **options)
    return [float(rate(step)) if callable(rate) else rate for step in range(steps)]


def cosine(first: float, second: float, progress: float) -> float:
    return first + (second - first) * (1 - math.cos(math.pi * progress)) / 2


def test_each_schedule_follows_its_definition() -> None:
    assert rates("constant") == [0.4] * 100
    step = rates("step")
    assert [step[i] for i in (0, 50, 51, 75, 76, 99)] == pytest.approx([0.4, 0.4, 0.04, 0.04, 0.004, 0.004])
    halved = rates("step", at=(0.1, 0.2, 0.9), divide_by=2.0)
    assert [halved[i] for i in (10, 11, 21, 91)] == pytest.approx([0.4, 0.2, 0.1, 0.05])
    assert rates("exponential") == pytest.approx([0.4 * 0.01 ** (i / 100) for i in range(100)])
    assert rates("polynomial") == pytest.approx([0.4 * (1 - i / 100) for i in range(100)])
    squared = rates("polynomial", power=2.0, end=0.1)
    assert squared == pytest.approx([0.36 * (1 - i / 100) ** 2 + 0.04 for i in range(100)])
    assert rates("cosine") == pytest.approx([cosine(0.4, 0, i / 100) for i in range(100)], abs=1e-6)
    assert rates("cosine", end=0.5) == pytest.approx([cosine(0.4, 0.2, i / 100) for i in range(100)])


def test_one_cycle_rises_and_falls_as_in_pytorch() -> None:
    top, last = 0.3 * 99, 99
    expected = [
        cosine(0.016, 0.4, i / top) if i <= top else cosine(0.4, 0.0, (i - top) / (last - top))
        for i in range(100)
    ]
    assert rates("one_cycle") == pytest.approx(expected, abs=1e-6)
    linear = rates("one_cycle", steps=101, rise=0.5, start=0.0, end=0.5, shape="linear")
    assert linear == pytest.approx([*np.linspace(0, 0.4, 51), *np.linspace(0.4, 0.2, 51)[1:]], abs=1e-6)


@pytest.mark.parametrize("options", [{}, {"cooldown": 2, "end": 0.05}, {"min_delta": 0.2, "patience": 1}])
def test_reduce_on_plateau_equals_the_callback_of_keras(options: dict[str, Any]) -> None:
    import keras

    settings = {"factor": 0.5, "patience": 2, "min_delta": 1e-4, "cooldown": 0} | options
    callback = keras.callbacks.ReduceLROnPlateau(
        **{key: value for key, value in settings.items() if key != "end"},
        min_lr=0.4 * settings.get("end", 0.0),
    )
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(0.4))
    callback.set_model(model)
    callback.on_train_begin()

    schedule = build("reduce_on_plateau", steps=100, warmup=0.1, **settings)
    losses = [1.0, 0.5, 0.6, 0.7, float("nan"), 0.4, 0.4, 0.4, 0.4, 0.3, *[0.35] * 12]
    records: list[dict[str, Any]] = []
    for epoch, loss in enumerate(losses):
        records.append({"loss": 0.0, "val_loss": loss})
        callback.on_epoch_end(epoch, {"val_loss": loss})
        schedule.begin_epoch(records)
        assert float(schedule(50)) == pytest.approx(float(np.asarray(model.optimizer.learning_rate)))
    assert float(schedule(50)) < 0.1


@pytest.mark.parametrize("name", NAMES)
def test_warmup_rises_to_the_first_rate_and_then_the_schedule_runs_from_its_start(
    name: str,
) -> None:
    with_warmup, after = rates(name, warmup=0.2), rates(name, steps=80)
    assert with_warmup[:20] == pytest.approx([after[0] * (i + 1) / 20 for i in range(20)])
    assert with_warmup[20:] == pytest.approx(after, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("name", sorted({*NAMES} - {"one_cycle"}))
def test_a_run_of_one_step_uses_the_full_learning_rate(name: str) -> None:
    assert rates(name, steps=1) == pytest.approx([0.4])
    assert rates(name, steps=1, warmup=0.9) == pytest.approx([0.4])


@pytest.mark.parametrize("name", NAMES)
def test_a_schedule_with_warmup_is_saved_and_loaded_with_the_optimizer(name: str) -> None:
    import keras

    rate = build(name, steps=100, warmup=0.2)
    loaded = keras.optimizers.deserialize(keras.optimizers.serialize(keras.optimizers.SGD(rate)))
    restored = keras.optimizers.schedules.deserialize(loaded.get_config()["learning_rate"])
    assert [float(restored(step)) for step in (0, 19, 60)] == [float(rate(step)) for step in (0, 19, 60)]
