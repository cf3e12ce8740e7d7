"""There is one hook per kind of part, documented by an example that works."""

import inspect
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from convlab import (
    Architecture,
    Augmentation,
    Dataset,
    DataSource,
    ImageData,
    Loss,
    Metric,
    Optimizer,
    PluginHost,
    Randomness,
    Schedule,
    Tracker,
)
from convlab.hookspecs import hook_specifications
from convlab.inspect.checks.trackers.tracker_subject import EPOCHS, new_run
from convlab.parts import Part, provided_types


def test_there_is_one_hook_for_each_kind_of_part() -> None:
    assert sorted(vars(hook_specifications())) == [
        "convlab_architectures",
        "convlab_augmentations",
        "convlab_datasets",
        "convlab_losses",
        "convlab_metrics",
        "convlab_optimizers",
        "convlab_recipes",
        "convlab_schedules",
        "convlab_trackers",
    ]


@pytest.mark.parametrize("part_type", provided_types())
def test_a_hook_takes_no_arguments_and_has_the_documentation_of_its_kind(part_type: type[Part]) -> None:
    specification = getattr(hook_specifications(), part_type.kind.hook)
    assert not inspect.signature(specification).parameters
    assert specification.__doc__ == f"Return {part_type.kind.plural}.\n\n{inspect.getdoc(part_type)}"
    assert "Example::" in specification.__doc__


def test_the_example_of_datasets_loads_images() -> None:
    loaded = the_part_of_the_example(Dataset).load(DataSource(folders=()), None)
    assert isinstance(loaded, ImageData)
    assert loaded.input_shape == (8, 8, 1)


def test_the_example_of_architectures_returns_logits() -> None:
    import keras

    model = the_part_of_the_example(Architecture).build((8, 8, 1), 10, None)
    assert isinstance(model, keras.Model)
    assert model(np.zeros((3, 8, 8, 1), "float32")).shape == (3, 10)


def test_the_example_of_optimizers_updates_weights() -> None:
    import keras

    part = the_part_of_the_example(Optimizer)
    optimizer = part.build(part.learning_rate, None)
    weight = keras.Variable([1.0, 1.0])
    optimizer.build([weight])
    optimizer.apply([keras.ops.convert_to_tensor([1.0, -1.0])])
    np.testing.assert_allclose(weight, [1 - part.learning_rate, 1 + part.learning_rate], rtol=1e-5)


def test_the_example_of_schedules_decays() -> None:
    schedule = the_part_of_the_example(Schedule).build(0.4, 10, None)
    np.testing.assert_allclose([schedule(step) for step in (0, 10)], [0.4, 0.04], rtol=1e-5)


def test_the_example_of_augmentations_inverts_some_images() -> None:
    import tensorflow as tf

    augment = the_part_of_the_example(Augmentation).build((1, 1, 1), 2, None)
    random = Randomness(tf.constant([0, 0]), 0, positions=tf.range(50), epoch=tf.constant(1))
    images, _ = augment(np.zeros((50, 1, 1, 1), np.uint8), np.zeros(50, np.int64), random)
    assert set(np.unique(images)) == {0, 255}


def test_the_example_of_losses_takes_integer_and_mixed_labels() -> None:
    loss = the_part_of_the_example(Loss).build((10, 10), None)
    logits = np.array([[0.0, 0.0], [50.0, 0.0]], "float32")
    assert float(loss(np.array([0, 1]), logits)) == pytest.approx((0.5 + 2) / 2)
    assert float(loss(np.array([[0.5, 0.5], [1.0, 0.0]], "float32"), logits)) == pytest.approx(0)


def test_the_example_of_metrics_returns_a_number() -> None:
    metric = the_part_of_the_example(Metric).build(3, None)
    metric.update_state(np.array([0, 1]), np.array([[2.0, 1.0, 0.0], [2.0, 0.0, 1.0]], "float32"))
    assert float(metric.result()) == 0.5


def test_the_example_of_trackers_writes_one_line_per_epoch(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    tracker = the_part_of_the_example(Tracker).start(run, None)
    for record in EPOCHS:
        tracker.on_epoch_end(record["epoch"], record)
    tracker.on_train_end({})
    lines = (tmp_path / "loss.txt").read_text(encoding="utf-8").splitlines()
    assert lines == [f"{record['epoch']} {record['loss']}" for record in EPOCHS]


def the_part_of_the_example(part_type: type[Any]) -> Any:
    """Run the example of a kind, register it as a plugin and return the one part that it declares."""
    documentation = inspect.getdoc(part_type)
    assert documentation is not None
    _, found, example = documentation.partition("Example::\n")
    assert found, f"{part_type.__name__} has no example"
    plugin = ModuleType("example")
    exec(textwrap.dedent(example), vars(plugin))
    host = PluginHost(third_party=False, strict=True)
    host.register(plugin)
    [provided] = [part for part in host.parts(part_type) if part.provider.name == "notebook"]
    assert host.find(part_type, provided.qualified_name) is provided
    return provided.part
