"""The hooks that a plugin may implement.

Each takes no arguments and returns an iterable of descriptions, so registering has no order and no side
effect. A plugin is a module, named under the entry-point group ``convlab``, that implements one or more.
"""

from collections.abc import Iterable

import pluggy

from convlab.parts import Architecture, Dataset, Metric, Optimizer, Tracker

hookspec = pluggy.HookspecMarker("convlab")
hookimpl = pluggy.HookimplMarker("convlab")


@hookspec
def convlab_datasets() -> Iterable[Dataset]:
    """Return data sets.

    Example::

        import numpy as np
        from convlab import Dataset, ImageData, hookimpl

        def load(source, options):
            pixels = np.random.default_rng(0).integers(0, 256, (600, 8, 8, 1), dtype=np.uint8)
            labels = (pixels[:, :4].mean((1, 2, 3)) > pixels[:, 4:].mean((1, 2, 3))).astype(np.int64)
            return ImageData(
                train=(pixels[:500], labels[:500]), test=(pixels[500:], labels[500:]),
                class_names=("bright below", "bright above"),
            )

        @hookimpl
        def convlab_datasets():
            return [Dataset(name="halves", summary="Which half of a noise image is brighter", load=load)]
    """
    raise AssertionError("a specification is not called")


@hookspec
def convlab_architectures() -> Iterable[Architecture]:
    """Return architectures.

    Example::

        from convlab import Architecture, hookimpl

        def build(input_shape, num_classes, options):
            import keras
            return keras.Sequential([
                keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(num_classes),
            ])

        @hookimpl
        def convlab_architectures():
            return [Architecture(name="linear", summary="One dense layer", build=build)]
    """
    raise AssertionError("a specification is not called")


@hookspec
def convlab_optimizers() -> Iterable[Optimizer]:
    """Return optimizers.

    Example::

        from convlab import Optimizer, hookimpl

        def build(learning_rate, options):
            import keras
            return keras.optimizers.Lion(learning_rate)

        @hookimpl
        def convlab_optimizers():
            lion = Optimizer(name="lion", summary="Chen et al. 2023", build=build, learning_rate=1e-4)
            return [lion]
    """
    raise AssertionError("a specification is not called")


@hookspec
def convlab_metrics() -> Iterable[Metric]:
    """Return metrics over integer labels and logits.

    Example::

        from convlab import Metric, hookimpl

        def build(num_classes, options):
            import keras
            return keras.metrics.SparseTopKCategoricalAccuracy(k=2)

        @hookimpl
        def convlab_metrics():
            return [Metric(name="top_2", summary="The label is among the 2 likeliest classes", build=build)]
    """
    raise AssertionError("a specification is not called")


@hookspec
def convlab_trackers() -> Iterable[Tracker]:
    """Return trackers, which keep the figures of runs elsewhere too.

    Example::

        from convlab import RunTracker, Tracker, hookimpl

        class LossFile(RunTracker):
            def __init__(self, run, options):
                self.file = run.folder / "loss.txt"

            def epoch_ended(self, record):
                with self.file.open("a") as file:
                    print(record["epoch"], record["loss"], file=file)

        @hookimpl
        def convlab_trackers():
            return [Tracker(name="loss_file", summary="A line an epoch", start=LossFile)]
    """
    raise AssertionError("a specification is not called")
