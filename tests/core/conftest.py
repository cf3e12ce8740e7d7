"""Finished runs, shared by all tests of their use."""

from pathlib import Path

import pytest

from convlab import Experiment, PluginHost, TrainSettings, run

# Registers its layer while building, like an architecture that imports its classes lazily.
PLUGIN = """
from pathlib import Path

from convlab import Architecture, hookimpl

with Path(r"{log}").open("a") as log:
    log.write("imported\\n")


def build(input_shape, num_classes, options):
    import keras

    @keras.saving.register_keras_serializable(package="doubling")
    class Double(keras.layers.Layer):
        def call(self, images):
            return 2 * images

    dense = keras.layers.Dense(num_classes)
    return keras.Sequential([keras.Input(input_shape), Double(), keras.layers.Flatten(), dense])


@hookimpl
def convlab_architectures():
    return [Architecture(name="doubling", summary="Doubles", build=build)]
"""


@pytest.fixture(scope="session")
def runs_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two finished runs: ``plain``, and ``customized``, which uses a layer from a plugin file.

    The plugin file was deleted; each execution of its text adds a line to ``executed.log`` next to ``runs``.
    """
    home = tmp_path_factory.mktemp("finished")
    runs_dir, plugin = home / "runs", home / "doubling.py"
    settings = TrainSettings(epochs=1, max_steps=10)
    plugin.write_text(PLUGIN.format(log=home / "executed.log"), encoding="utf-8")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("CONVLAB_STATE_DIR", str(home / "state"))
        for name, architecture, files in (("plain", "mlp", []), ("customized", "doubling", [plugin])):
            run(
                Experiment(architecture=architecture, train=settings),
                host=PluginHost(plugin_files=files, third_party=False),
                runs_dir=runs_dir,
                name=name,
                progress=False,
            )
    plugin.unlink()
    return runs_dir
