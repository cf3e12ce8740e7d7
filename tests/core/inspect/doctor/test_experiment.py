"""The doctor finds mistakes that raise no error, each with its own message, and raises no false alarm."""

from pathlib import Path
from typing import Any

import pytest

from convlab import Experiment, PluginHost, doctor

PLUGIN = """
from convlab import Architecture, hookimpl


def sequential(layers_of):
    def build(input_shape, num_classes, options):
        import keras
        return keras.Sequential([keras.Input(input_shape), *layers_of(keras.layers, num_classes)])
    return build


def hidden(layers, activation="relu", **options):
    return [layers.Flatten(), layers.Dense(32, activation=activation, **options)]


def unused(input_shape, num_classes, options):
    import keras

    @keras.saving.register_keras_serializable(package="mistakes")
    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.flatten, self.logits = keras.layers.Flatten(), keras.layers.Dense(num_classes)
            self.forgotten = keras.layers.Dense(5, name="forgotten")

        def call(self, images):
            features = self.flatten(images)
            self.forgotten(features)
            return self.logits(features)

        def get_config(self):
            return {}
    return Network()


def fails_in_training(input_shape, num_classes, options):
    import keras

    @keras.saving.register_keras_serializable(package="mistakes")
    class Failing(keras.layers.Layer):
        def call(self, x, training=False):
            if training:
                raise RuntimeError("not in training")
            return x
    return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), Failing(),
                             keras.layers.Dense(num_classes)])


BUILDS = {
    "plain": sequential(lambda k, n: [*hidden(k), k.Dense(n)]),
    "zero_head": sequential(lambda k, n: [*hidden(k), k.Dense(n, kernel_initializer="zeros")]),
    "softmax": sequential(lambda k, n: [*hidden(k), k.Dense(n), k.Softmax()]),
    "sigmoid": sequential(lambda k, n: [*hidden(k), k.Dense(n, activation="sigmoid")]),
    "relu": sequential(lambda k, n: [*hidden(k), k.Dense(n, activation="relu")]),
    "rescaled": sequential(lambda k, n: [k.Rescaling(1 / 255), k.Conv2D(8, 3), *hidden(k), k.Dense(n)]),
    "normalized": sequential(lambda k, n: [k.BatchNormalization(), *hidden(k), k.Dense(n)]),
    "extra_output": sequential(lambda k, n: [*hidden(k), k.Dense(n + 1)]),
    "dead": sequential(lambda k, n: [*hidden(k), k.Dense(16, "relu", kernel_initializer="zeros", name="off"),
                                     k.Dense(n)]),
    "frozen": sequential(lambda k, n: [k.Conv2D(8, 3, trainable=False, name="stem"), *hidden(k), k.Dense(n)]),
    "unused": unused,
    "fails_in_training": fails_in_training,
}


@hookimpl
def convlab_architectures():
    return [Architecture(name=name, summary=name, build=build) for name, build in BUILDS.items()]
"""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> PluginHost:
    file = tmp_path_factory.mktemp("plugin") / "mistakes.py"
    file.write_text(PLUGIN, encoding="utf-8")
    return PluginHost(plugin_files=[file], third_party=False)


def findings(host: PluginHost, experiment: dict[str, Any]) -> list[doctor.Finding]:
    """Return the notes and problems of the experiment."""
    report = doctor.examine(Experiment(**experiment), host=host)
    topics = [finding.topic for finding in report.findings]
    experiment_findings = report.findings[topics.index("experiment") :]
    return [finding for finding in experiment_findings if finding.state != "ok"]


VALID: dict[str, dict[str, Any]] = {
    "mlp": {"architecture": "mlp"},
    "mlp with sgd": {"architecture": "mlp", "optimizer": "sgd"},
    "cnn": {"architecture": "cnn"},
    "cnn in bfloat16 with batch normalization and sgd": {
        "architecture": "cnn",
        "architecture_options": {"batch_normalization": True},
        "optimizer": "sgd",
        "train": {"precision": "mixed_bfloat16"},
    },
    "pixels between 0 and 1": {"architecture": "plain", "data": {"scaling": "unit"}},
    "pixels scaled only by the network": {"architecture": "rescaled", "data": {"scaling": "none"}},
    "pixels scaled by batch normalization": {"architecture": "normalized", "data": {"scaling": "none"}},
    "a zero-initialized head": {"architecture": "zero_head"},
}


@pytest.mark.parametrize("experiment", VALID.values(), ids=VALID)
def test_a_valid_experiment_has_no_findings(host: PluginHost, experiment: dict[str, Any]) -> None:
    assert findings(host, experiment) == []


MISTAKES: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "a softmax before the loss": (
        {"architecture": "softmax"}, "logits", "ends in a softmax", "Dense(num_classes) without",
    ),
    "a softmax in bfloat16": (
        {"architecture": "softmax", "train": {"precision": "mixed_bfloat16"}},
        "logits", "a softmax", "Dense(",
    ),
    "a sigmoid before the loss": ({"architecture": "sigmoid"}, "logits", "ends in a sigmoid", "Dense("),
    "a ReLU before the loss": ({"architecture": "relu"}, "logits", "such as ReLU", "Dense("),
    "unscaled pixels": (
        {"architecture": "plain", "data": {"scaling": "none"}},
        "pixels", "they are not scaled", "set `data.scaling` to 'standard'",
    ),
    "pixels scaled twice": (
        {"architecture": "rescaled"}, "pixels", "scales them again", "or set `data.scaling` to 'none'",
    ),
    "a wrong number of outputs": (
        {"architecture": "extra_output"}, "experiment", "got shape (batch, 11)", "",
    ),
    "dead units": ({"architecture": "dead"}, "dead units", "100% of the units of 'off'", "he_"),
    "frozen weights": (
        {"architecture": "frozen"}, "frozen weights", "80 weights", "leave trainable=True",
    ),
    "unused weights": (
        {"architecture": "unused"},
        "frozen weights", "does not depend on 'network/forgotten/kernel'", "use the",
    ),
    "a model that fails only in training": (
        {"architecture": "fails_in_training"}, "experiment", "RuntimeError: ", "correct architecture",
    ),
    "a learning rate far too high": (
        {"architecture": "mlp", "optimizer": "sgd", "train": {"learning_rate": 10.0}},
        "learning rate", "10 is far too high", "set `train.learning_rate` to 0.",
    ),
    "a learning rate that makes the loss NaN": (
        {"architecture": "mlp", "train": {"learning_rate": 1e20}},
        "learning rate", "1e+20 is far too high", "set `train.learning_rate` to 0.",
    ),
    "a learning rate far too low": (
        {"architecture": "mlp", "train": {"learning_rate": 1e-7}},
        "learning rate", "1e-07 is far too low", "set `train.learning_rate` to 0.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("experiment", "topic", "message", "fix"), MISTAKES.values(), ids=MISTAKES)
def test_each_mistake_is_the_only_finding_and_has_a_fix(
    host: PluginHost, experiment: dict[str, Any], topic: str, message: str, fix: str
) -> None:
    [finding] = findings(host, experiment)
    assert (finding.topic, finding.state) == (topic, "note" if "trainable=True" in fix else "problem")
    assert message in finding.message
    assert fix in finding.fix


@pytest.mark.slow
def test_an_examination_does_not_change_the_results_of_the_next_run(tmp_path: Path) -> None:
    from convlab import TrainSettings, run

    experiment = Experiment(architecture="mlp", train=TrainSettings(max_steps=3))
    host = PluginHost(third_party=False)
    first = run(experiment, host=host, runs_dir=tmp_path, progress=False)
    doctor.examine(experiment, host=host)
    assert run(experiment, host=host, runs_dir=tmp_path, progress=False).test == first.test
