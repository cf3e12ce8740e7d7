"""What each stage of a run does, with its own numbers and the Keras calls that it stands for."""

import math
import sys
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.file_proxy import FileProxy
from rich.text import Text

from convlab.text.console import SafeConsole
from convlab.text.formatting import one_line
from convlab.text.visible import visible
from convlab.training.callbacks.callback import Callback
from convlab.training.callbacks.training_info import TrainingInfo
from convlab.training.preparation import Prepared

if TYPE_CHECKING:
    from convlab.training.first_batch import FirstBatch

_INDENT = 10
_WIDTH = 80
_MOST_CLASSES = 10


class Explanation(Callback):
    """Explains a run while it runs, on standard error; changes nothing.

    Args:
        prepared: the experiment.
    """

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._best = math.inf
        self._loss = math.inf
        self._overfits = False

    def on_compile_begin(self) -> None:
        """Explain the data and the model."""
        prepared, data = self._prepared, self._prepared.data
        shape, classes, batch = data.input_shape, data.num_classes, prepared.plan.batch_size
        train, validation = len(prepared.split.train), len(prepared.validation.indices)
        held_out = f" {validation:,} others only validate." if validation else ""
        waiting = f" {len(data.test.labels):,} wait for the end." if self._settings.test else ""
        self._say(
            "images",
            f"{train:,} to train on: uint8, shape {(train, *shape)}, values from 0 to 255."
            f"{held_out}{waiting}",
        )
        self._say(
            "labels",
            f"Integers, shape ({train},): one number from 0 to {classes - 1} per image. keras.datasets loads "
            "CIFAR's as (n, 1); labels.reshape(-1) flattens them, since labels == predictions of (n, 1) and "
            "(n,) would silently compare all pairs.",
        )
        self._say("scaling", self._scaling())
        self._say(
            "model",
            f"{prepared.resolved.architecture.part.name}, {prepared.parameters:,} weights: model(images) "
            f"maps a batch {(batch, *shape)} to logits {(batch, classes)}, one number of any "
            "size per class. It ends without a softmax: the loss has it, which is more "
            "exact (from_logits=True).",
        )

    def on_train_begin(self, run: TrainingInfo) -> None:
        """Explain the loss and the gradient of the first batch."""
        if run.resumed:
            return
        from convlab.training.first_batch import examine_first_batch

        batch = examine_first_batch(self._prepared)
        self._say("logits", self._logits(batch))
        self._say("loss", self._first_loss(batch))
        self._say("gradient", self._gradient(batch))
        self._say("epoch", self._epoch())

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Explain the two losses of the first epoch, and when the model starts to overfit."""
        loss, validation = logs["loss"], logs.get("val_loss")
        if validation is None:
            return
        if epoch == 1:
            self._say(
                "epoch 1",
                f"loss {loss:.4f} is the mean over its steps, while the weights changed, with "
                f"model(images, training=True). val_loss {validation:.4f} is that of the weights at its end, "
                "on images that are not trained on, with training=False (no dropout). It is often the lower "
                "one at first.",
            )
        elif validation > self._best and loss < self._loss and not self._overfits:
            self._overfits = True
            self._say(
                f"epoch {epoch}",
                f"val_loss {validation:.4f} is above its best, {self._best:.4f}, while the loss still falls. "
                "If it stays above, the model now learns what is true of the training images alone: it "
                "overfits.",
            )
        self._best, self._loss = min(self._best, validation), loss

    def on_evaluate_begin(self, images: int) -> None:
        """Explain the evaluation in chunks."""
        from convlab.training.evaluator import chunk_size

        size = chunk_size(self._prepared.model)
        chunks = -(-images // size)
        self._say(
            "test",
            f"{images:,} images that nothing was trained on or chosen by, in {chunks:,} "
            f"{'chunk' if chunks == 1 else 'chunks'} of at most {size:,}, which fit into memory: "
            "metric.update_state(labels, logits) for each, metric.result() once. A mean of the chunks' means "
            "would give the images of a smaller last chunk too much weight.",
        )

    def on_evaluate_end(self, logs: Mapping[str, float]) -> None:
        """Explain how exact the accuracy is."""
        images = len(self._prepared.data.test.labels)
        if (accuracy := logs.get("accuracy")) is not None:
            margin = 1.96 * math.sqrt(accuracy * (1 - accuracy) / images)
            self._say(
                "accuracy",
                f"{accuracy:.4f} of {images:,} images, so about ±{margin:.4f} with 95% confidence: a smaller "
                "difference between two runs may be chance.",
            )

    @property
    def _settings(self) -> Any:
        return self._prepared.resolved.experiment.train

    def _scaling(self) -> str:
        layer = self._prepared.model.get_layer("scaling")
        scaling = self._prepared.resolved.scaling
        if scaling == "unit":
            return "layers.Rescaling(1 / 255), the model's first layer: pixels from 0 to 1."
        if scaling == "none":
            return "None: the network gets pixels from 0 to 255."
        means = ", ".join(f"{value:.1f}" for value in layer.input_mean)
        spreads = ", ".join(f"{math.sqrt(value):.1f}" for value in layer.input_variance)
        return (
            f"layers.Normalization, the model's first layer: (pixel - {means}) / {spreads}, the mean and the "
            "standard deviation of the training images. Others must not influence the model. Inputs around 0 "
            "suit the initial weights."
        )

    def _logits(self, batch: "FirstBatch") -> str:
        name = one_line(self._prepared.data.class_names[batch.label], 20)
        label = str(batch.label) if name == str(batch.label) else f"{batch.label} ({name})"
        more = " …" if len(batch.logits) > _MOST_CLASSES else ""
        logits = " ".join(f"{value:.2f}" for value in batch.logits[:_MOST_CLASSES])
        probabilities = " ".join(f"{value:.2f}" for value in batch.probabilities[:_MOST_CLASSES])
        return (
            f"Of the first image, whose label is {label}, before training: {logits}{more}. "
            f"tf.nn.softmax(logits) makes probabilities of them, which sum to 1: {probabilities}{more}."
        )

    def _first_loss(self, batch: "FirstBatch") -> str:
        classes = self._prepared.data.num_classes
        know_nothing = math.log(classes)
        if not self._is_plain_cross_entropy():
            return f"{batch.loss:.4f} for the first batch, before training."
        near = "as it should be" if batch.loss < 1.5 * know_nothing else "more: the first logits are large"
        return (
            "loss_fn(labels, logits) is -log(probability of the label), averaged over the batch (Keras's "
            f"SparseCategoricalCrossentropy). A model that knows nothing gives each of {classes} classes "
            f"1/{classes}: -log(1/{classes}) = ln({classes}) = {know_nothing:.4f}. The first batch has "
            f"{batch.loss:.4f}, {near}."
        )

    def _is_plain_cross_entropy(self) -> bool:
        resolved = self._prepared.resolved
        options = resolved.loss_options
        return (
            resolved.loss.part.name == type(resolved.experiment).model_fields["loss"].default
            and options == type(options)()
            and not self._prepared.model.losses
        )

    def _gradient(self, batch: "FirstBatch") -> str:
        optimizer = self._prepared.resolved.optimizer.part.name
        change = "" if batch.loss_after < batch.loss else ", not lower: the step is too long for them"
        return (
            f"tape.gradient(loss, weights) says how the loss changes with each weight; its norm is "
            f"{batch.gradient_norm:.3g}. The optimizer, {optimizer}, steps against it with the rate "
            f"{batch.learning_rate:.2g}: the loss of these {batch.images} images goes from {batch.loss:.4f} "
            f"to {batch.loss_after:.4f}{change}. (Tried without dropout, and undone.)"
        )

    def _epoch(self) -> str:
        plan = self._prepared.plan
        last = plan.images % plan.batch_size
        smaller = f", of which the last has {last}" if last else ""
        return (
            f"Each epoch sees all {plan.images:,} images once, in a new order. Steps per epoch: "
            f"{plan.steps_per_epoch:,}, of {plan.batch_size} images{smaller}."
        )

    def _say(self, what: str, text: str) -> None:
        console = SafeConsole(sys.stderr)
        width = min(console.width, _WIDTH) - _INDENT
        lines = textwrap.wrap(visible(text), max(width, 20), break_on_hyphens=False)
        rest = "".join(f"\n{' ' * _INDENT}{line}" for line in lines[1:])
        said = Text.assemble((f"{what:<{_INDENT}}", "bold cyan"), lines[0], rest)
        if not isinstance(sys.stderr, FileProxy):
            console.print(said, soft_wrap=True)
            return
        with console.capture() as captured:
            console.print(said, soft_wrap=True)
        sys.stderr.write(captured.get())  # above the bar, into which the console would print
