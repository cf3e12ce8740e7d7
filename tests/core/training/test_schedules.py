"""Each schedule gives the documented learning rate at every step of a run."""

import math

import pytest

from convlab import ConfigError
from convlab.training.schedules import SCHEDULES, find_schedule, scheduled_rate


def rates(name: str, *, steps: int, warmup: float) -> list[float]:
    rate = scheduled_rate(find_schedule(name), 0.4, steps=steps, warmup=warmup)
    return [float(rate(step)) if callable(rate) else rate for step in range(steps)]


def test_each_schedule_follows_its_definition() -> None:
    assert rates("constant", steps=100, warmup=0.0) == [0.4] * 100
    step = rates("step", steps=100, warmup=0.0)
    assert [step[i] for i in (0, 50, 51, 75, 76, 99)] == pytest.approx([0.4, 0.4, 0.04, 0.04, 0.004, 0.004])
    exponential = rates("exponential", steps=100, warmup=0.0)
    assert exponential == pytest.approx([0.4 * 0.01 ** (i / 100) for i in range(100)])
    cosine = rates("cosine", steps=100, warmup=0.0)
    assert cosine == pytest.approx([0.2 * (1 + math.cos(math.pi * i / 100)) for i in range(100)], abs=1e-6)


@pytest.mark.parametrize("name", [schedule.name for schedule in SCHEDULES])
def test_warmup_is_linear_and_then_the_schedule_runs_from_its_start(name: str) -> None:
    with_warmup = rates(name, steps=100, warmup=0.2)
    assert with_warmup[:20] == pytest.approx([0.4 * (i + 1) / 20 for i in range(20)])
    assert with_warmup[20:] == pytest.approx(rates(name, steps=80, warmup=0.0), rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("name", [schedule.name for schedule in SCHEDULES])
def test_a_run_of_one_step_uses_the_full_learning_rate(name: str) -> None:
    assert rates(name, steps=1, warmup=0.0) == pytest.approx([0.4])
    assert rates(name, steps=1, warmup=0.9) == pytest.approx([0.4])


def test_a_schedule_with_warmup_is_saved_and_loaded_with_the_optimizer() -> None:
    import keras

    rate = scheduled_rate(find_schedule("cosine"), 0.4, steps=100, warmup=0.2)
    loaded = keras.optimizers.deserialize(keras.optimizers.serialize(keras.optimizers.SGD(rate)))
    schedule = loaded.get_config()["learning_rate"]
    restored = keras.optimizers.schedules.deserialize(schedule)
    assert [float(restored(step)) for step in (0, 19, 60)] == [float(rate(step)) for step in (0, 19, 60)]


def test_an_unknown_schedule_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError, match="did you mean 'cosine'"):
        find_schedule("cosin")
