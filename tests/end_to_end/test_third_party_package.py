"""The parts of a third-party package, installed by pip, are listed, trained and loaded again."""

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PLUGIN = '''
"""Bars: a dataset, two architectures, and a part of most other kinds."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from convlab import (
    Architecture, Augmentation, Claim, Dataset, ImageData, Loss, Metric, Recipe, Schedule, hookimpl,
)


@dataclass(frozen=True)
class Options:
    units: int = 16
    """Units of the hidden layer."""


def load(source, options):
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, 400)
    images = random.integers(0, 128, (400, 6, 6, 1), dtype=np.uint8)
    images[np.arange(400), 2 * labels] += 127
    return ImageData(
        train=(images[:300], labels[:300]),
        test=(images[300:], labels[300:]),
        class_names=("top", "middle", "bottom"),
    )


def build_functional(input_shape, num_classes, options):
    import keras

    inputs = keras.Input(input_shape)
    hidden = keras.layers.Dense(options.units, "relu")(keras.layers.Flatten()(inputs))
    return keras.Model(inputs, keras.layers.Dense(num_classes)(hidden))


def build_subclassed(input_shape, num_classes, options):
    from convlab_bars.network import Network

    return Network(options.units, num_classes)


def build_metric(num_classes, options):
    import keras

    return keras.metrics.SparseCategoricalCrossentropy(from_logits=True)


def build_loss(class_counts, options):
    import keras

    class Nats(keras.losses.Loss):
        def call(self, labels, logits):
            if len(labels.shape) == 1:
                labels = keras.ops.one_hot(keras.ops.cast(labels, "int32"), len(class_counts))
            return keras.ops.categorical_crossentropy(labels, logits, from_logits=True)

    return Nats()


def build_schedule(learning_rate, steps, options):
    import keras

    return keras.optimizers.schedules.PolynomialDecay(learning_rate, steps)


def build_augmentation(input_shape, num_classes, options):
    import tensorflow as tf

    def darken(images, labels, random):
        factor = random.uniform((tf.shape(images)[0], 1, 1, 1), 0.8, 1.0)
        return factor * tf.cast(images, tf.float32), labels

    return darken


@hookimpl
def convlab_losses():
    return [Loss(name="nats", summary="Cross-entropy", build=build_loss)]


@hookimpl
def convlab_schedules():
    return [Schedule(name="linear", summary="Linear decay", build=build_schedule)]


@hookimpl
def convlab_augmentations():
    return [Augmentation(name="darken", summary="Up to 20% darker", build=build_augmentation)]


@hookimpl
def convlab_recipes():
    claim = Claim(value=0.9, max_seconds=60, seeds=3, machine="any")
    file = Path(__file__).with_name("bars.toml")
    return [Recipe(name="bars-90", summary="The bars in 5 epochs", file=file, claim=claim)]


@hookimpl
def convlab_datasets():
    return [Dataset(name="bars", summary="Bright bars in noise", load=load)]


@hookimpl
def convlab_architectures():
    for name, build in (("functional", build_functional), ("subclassed", build_subclassed)):
        yield Architecture(name=name, summary=f"A {name} model", build=build, options=Options)


@hookimpl
def convlab_metrics():
    return [Metric(name="cross_entropy", summary="Cross-entropy in nats", build=build_metric)]
'''

NETWORK = '''
"""A subclassed Keras model."""

import keras


@keras.saving.register_keras_serializable(package="bars")
class Network(keras.Model):
    def __init__(self, units, num_classes, **kwargs):
        super().__init__(**kwargs)
        self.units, self.num_classes = units, num_classes
        self.flatten = keras.layers.Flatten()
        self.hidden = keras.layers.Dense(units, "relu")
        self.logits = keras.layers.Dense(num_classes)

    def call(self, images):
        return self.logits(self.hidden(self.flatten(images)))

    def get_config(self):
        return super().get_config() | {"units": self.units, "num_classes": self.num_classes}
'''

# The same bright rows of 6x6 images as in the dataset.
LOAD_AGAIN = """
import json, sys
import numpy as np
import convlab_bars.network
import keras

images = np.zeros((3, 6, 6, 1), np.uint8)
images[np.arange(3), 2 * np.arange(3)] = 255
models = [keras.saving.load_model(path) for path in sys.argv[1:]]
print(json.dumps([np.asarray(model(images)).tolist() for model in models]))
"""

RECIPE = """
dataset = "bars"
augment = ["darken"]
architecture = "functional"
loss = "nats"
schedule = "linear"
metrics = ["accuracy", "cross_entropy"]
[train]
epochs = 5
"""

ARCHITECTURES = ("functional", "subclassed")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip installed the package from a wheel, without an index."""
    pytest.importorskip("pip")
    folder = tmp_path_factory.mktemp("third_party")
    wheel = folder / "convlab_bars-1.2.3-py3-none-any.whl"
    info = "convlab_bars-1.2.3.dist-info"
    files = {
        "convlab_bars/__init__.py": PLUGIN,
        "convlab_bars/network.py": NETWORK,
        "convlab_bars/bars.toml": RECIPE,
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: Convlab_Bars\nVersion: 1.2.3\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[convlab]\nbars = convlab_bars\n",
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr(f"{info}/RECORD", "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD")))
    site = folder / "site-packages"
    python("-m", "pip", "install", "--no-index", "--no-deps", "--target", str(site), str(wheel))
    return site


@pytest.fixture(scope="module")
def runs(site: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The output of ``convlab run --json`` for each of the package's architectures."""
    runs_dir = tmp_path_factory.mktemp("runs")
    parts = ("-d", "bars", "-m", "accuracy", "-m", "cross_entropy", "-e", "5", "-s", "architecture.units=24")
    new = ("--loss", "nats", "--schedule", "linear", "--augment", "flip", "--augment", "darken")
    return {
        name: json.loads(
            convlab(site, "run", *parts, *new, "-a", name, "--json", "--runs-dir", str(runs_dir))
        )
        for name in ARCHITECTURES
    }


def test_list_shows_the_package_s_parts_with_its_distribution_and_version(site: Path) -> None:
    listed = json.loads(convlab(site, "list", "--json"))
    parts = [part for part in listed if part["provider"] != "convlab"]
    assert [(part["kind"], part["qualified_name"], part["name"]) for part in parts] == [
        ("dataset", "convlab-bars:bars", "bars"),
        ("augmentation", "convlab-bars:darken", "darken"),
        ("architecture", "convlab-bars:functional", "functional"),
        ("architecture", "convlab-bars:subclassed", "subclassed"),
        ("loss", "convlab-bars:nats", "nats"),
        ("schedule", "convlab-bars:linear", "linear"),
        ("metric", "convlab-bars:cross_entropy", "cross_entropy"),
        ("recipe", "convlab-bars:bars-90", "bars-90"),
    ]
    assert {(part["provider"], part["version"]) for part in parts} == {("convlab-bars", "1.2.3")}
    assert {"digits", "cnn", "adam", "accuracy"} <= {part["name"] for part in listed}


def test_the_package_s_recipe_names_its_own_parts(site: Path) -> None:
    printed = json.loads(convlab(site, "run", "--recipe", "bars-90", "-e", "2", "--print-config", "--json"))
    assert printed["loss"] == "convlab-bars:nats"
    assert printed["augment"] == ["convlab-bars:darken"]
    assert printed["train"]["epochs"] == 2


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_package_s_parts_train(runs: dict[str, dict[str, Any]], architecture: str) -> None:
    run = runs[architecture]
    assert run["parameters"] == 36 * 24 + 24 + 24 * 3 + 3
    assert run["test"]["accuracy"] > 0.9
    assert run["test"]["cross_entropy"] == pytest.approx(run["test"]["loss"], rel=1e-4)
    assert run["epochs"][-1]["val_cross_entropy"] < run["epochs"][0]["val_cross_entropy"]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_run_records_the_plugins_of_its_parts(runs: dict[str, dict[str, Any]], architecture: str) -> None:
    folder = Path(runs[architecture]["run"])
    experiment = tomllib.loads((folder / "experiment.toml").read_text(encoding="utf-8"))
    assert experiment["dataset"] == "convlab-bars:bars"
    assert experiment["architecture"] == f"convlab-bars:{architecture}"
    assert experiment["optimizer"] == "adam"
    assert (experiment["loss"], experiment["schedule"]) == ("convlab-bars:nats", "convlab-bars:linear")
    assert experiment["augment"] == ["flip", "convlab-bars:darken"]
    assert experiment["metrics"] == ["accuracy", "convlab-bars:cross_entropy"]
    assert experiment["architecture_options"] == {"units": 24}

    environment = json.loads((folder / "environment.json").read_text(encoding="utf-8"))
    versions = {plugin["name"]: plugin["version"] for plugin in environment["plugins"]}
    built_in = {versions.pop(f"convlab:{name}") for name in ("adam", "accuracy", "flip")}
    assert built_in == {environment["versions"]["convlab"]}
    names = ("bars", "darken", architecture, "nats", "linear", "cross_entropy")
    assert versions == {f"convlab-bars:{name}": "1.2.3" for name in names}


@pytest.mark.slow
def test_the_saved_models_load_in_another_process_and_classify_raw_images(
    site: Path, runs: dict[str, dict[str, Any]]
) -> None:
    models = [str(Path(run["run"]) / "model.keras") for run in runs.values()]
    for logits in np.array(json.loads(python("-c", LOAD_AGAIN, *models, site=site))):
        assert logits.shape == (3, 3)
        assert np.isfinite(logits).all()
        assert logits.argmax(axis=1).tolist() == [0, 1, 2]


def convlab(site: Path, *arguments: str) -> str:
    return python("-m", "convlab", *arguments, site=site)


def python(*arguments: str, site: Path | None = None) -> str:
    """Run Python in a process of its own and return its output."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONVLAB_")}
    if site is not None:
        environment["PYTHONPATH"] = str(site)
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
