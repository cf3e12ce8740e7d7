"""A training session: epochs, each validated, then one look at the test split."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import keras

from convlab.errors import TrainingError
from convlab.training.evaluation import Evaluator
from convlab.training.fit_loop import FitLoop
from convlab.training.loop import TrainingLoop
from convlab.training.preparation import Prepared
from convlab.training.reporter import EpochRecord, Reporter
from convlab.training.seed_state import SeedState
from convlab.training.tape_loop import TapeLoop

LOOPS: dict[str, type[TapeLoop] | type[FitLoop]] = {"tape": TapeLoop, "fit": FitLoop}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a session found.

    Attributes:
        epochs: a record an epoch: ``epoch``, ``seconds``, ``images_per_second``, ``loss``, each metric,
            and ``val_loss`` and ``val_`` with each metric where images were held out.
        test: ``loss`` and each metric on the test split.
        timing: seconds of all parts, those of the preparation included.
    """

    epochs: list[EpochRecord]
    test: dict[str, float]
    timing: dict[str, float]


def train(prepared: Prepared, reporter: Reporter, keep: Callable[[EpochRecord], None]) -> Outcome:
    """Train, validate each epoch and evaluate the test split once.

    Args:
        prepared: the model is trained in place.
        reporter: is told what happens.
        keep: called with the record of each epoch as soon as it ends.

    Raises:
        TrainingError: the loss is no longer finite.
    """
    plan, data, division = prepared.plan, prepared.data, prepared.division
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    loop = LOOPS[prepared.resolved.experiment.train.loop](
        model=prepared.model,
        optimizer=prepared.optimizer,
        loss=loss,
        measures=prepared.measures(),
        images=data.train.images,
        labels=data.train.labels,
        plan=plan,
        xla=prepared.xla,
    )
    evaluator = Evaluator(prepared.model, loss, prepared.measures())
    seeds = SeedState(prepared.model)
    epochs: list[EpochRecord] = []

    reporter.started(prepared)
    loop.compile()
    start = time.perf_counter()
    compiled_before = loop.compile_seconds
    for epoch in range(1, plan.epochs + 1):
        record = _train_epoch(prepared, loop, seeds, epoch, reporter)
        if len(division.validation):
            validation = evaluator.evaluate(data.train, division.validation)
            record |= {f"val_{name}": value for name, value in validation.items()}
        epochs.append(record)
        keep(record)
        reporter.epoch_ended(record)
    trained = time.perf_counter() - start - (loop.compile_seconds - compiled_before)

    reporter.evaluating(len(data.test.labels))
    start = time.perf_counter()
    test = evaluator.evaluate(data.test)
    evaluated = time.perf_counter() - start
    timing = {"compile": loop.compile_seconds, "train": trained, "evaluate": evaluated}
    return Outcome(epochs=epochs, test=test, timing=prepared.timing | timing)


def _train_epoch(
    prepared: Prepared, loop: TrainingLoop, seeds: SeedState, epoch: int, reporter: Reporter
) -> EpochRecord:
    plan = prepared.plan
    order = plan.order(prepared.division.train, epoch)
    steps = plan.steps(epoch)

    def on_steps(done: int) -> None:
        results = loop.measures.results()
        if not math.isfinite(results["loss"]):
            raise TrainingError(
                f"the loss became {results['loss']} in epoch {epoch}, by step {done} of {steps}: "
                f"lower the learning rate (--learning-rate, now {prepared.resolved.learning_rate:g}), or "
                f"look for a division or logarithm of zero in {prepared.resolved.architecture}"
            )
        reporter.stepped(done, plan.images_seen(done), results)

    reporter.epoch_started(epoch, steps)
    seeds.begin_epoch(epoch)
    loop.measures.reset()
    compiled_before = loop.compile_seconds
    start = time.perf_counter()
    loop.train_epoch(order, steps, on_steps)
    seconds = time.perf_counter() - start - (loop.compile_seconds - compiled_before)
    return {
        "epoch": epoch,
        "seconds": seconds,
        "images_per_second": plan.images_seen(steps) / seconds,
        **loop.measures.results(),
    }
