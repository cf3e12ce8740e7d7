"""The training loops of convlab, as in ``convlab run`` but without logging and progress bars."""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from contestants.case import LEARNING_RATE, Case
from convlab import (
    Architecture,
    Dataset,
    DataSettings,
    Experiment,
    ImageData,
    PluginHost,
    TrainSettings,
    hookimpl,
)


class BenchmarkParts:
    """A plugin that provides the data and the network of a case."""

    def __init__(self, case: Case) -> None:
        self._case = case

    @hookimpl
    def convlab_datasets(self) -> list[Dataset]:
        """Return the random images."""
        return [Dataset(name="random", summary="Random images", load=self._load)]

    @hookimpl
    def convlab_architectures(self) -> list[Architecture]:
        """Return the network of the case."""
        return [Architecture(name="case", summary="The network of the case", build=self._build)]

    def _load(self, source: Any, options: None) -> ImageData:
        images, labels = self._case.data()
        return ImageData(
            train=(images, labels),
            test=(images[:64], labels[:64]),
            class_names=[str(digit) for digit in range(10)],
        )

    def _build(self, input_shape: Any, num_classes: int, options: None) -> Any:
        from contestants.keras_models import network

        return network(self._case.model)


def experiment(case: Case, loop: Literal["tape", "fit"]) -> tuple[Experiment, PluginHost]:
    """Return the experiment of a case, and the host with its parts."""
    host = PluginHost(third_party=False, strict=True)
    host.register(BenchmarkParts(case), name="benchmark")
    train = TrainSettings(
        epochs=1000,
        batch_size=case.batch_size,
        learning_rate=LEARNING_RATE,
        warmup=0.0,
        loop=loop,
        precision=case.precision,
    )
    data = DataSettings(validation=0.0, scaling="unit")
    settings = Experiment(dataset="random", architecture="case", schedule="constant", data=data, train=train)
    return settings, host


def _prepare(case: Case, loop: Literal["tape", "fit"]) -> Callable[[int], None]:
    from convlab import prepare

    settings, host = experiment(case, loop)
    prepared = prepare(settings, host=host)
    from convlab.training.trainer import Trainer  # imports TensorFlow, which prepare() has set up

    trainer = Trainer(prepared)
    trainer.compile()

    def train(count: int) -> None:
        for _ in range(count):
            trainer.train_epoch()

    return train


tape = partial(_prepare, loop="tape")
fit = partial(_prepare, loop="fit")
