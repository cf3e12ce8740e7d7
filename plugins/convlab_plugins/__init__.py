"""The built-in augmentations, losses, optimizers, schedules, metrics, trackers and recipes."""

from collections.abc import Iterable

from convlab import Augmentation, Loss, Metric, Optimizer, Recipe, Schedule, Tracker, hookimpl
from convlab_plugins.adam import ADAM, ADAMW
from convlab_plugins.augmentations import AUGMENTATIONS
from convlab_plugins.classification_metrics import METRICS
from convlab_plugins.lion import LION
from convlab_plugins.losses import CROSS_ENTROPY, FOCAL
from convlab_plugins.mlflow_tracker import MLFLOW
from convlab_plugins.muon import MUON
from convlab_plugins.recipes import RECIPES
from convlab_plugins.rmsprop import RMSPROP
from convlab_plugins.schedules import SCHEDULES
from convlab_plugins.sgd import SGD
from convlab_plugins.tensorboard_tracker import TENSORBOARD


@hookimpl
def convlab_augmentations() -> Iterable[Augmentation]:
    """Return what varies training images."""
    return AUGMENTATIONS


@hookimpl
def convlab_losses() -> Iterable[Loss]:
    """Return the cross-entropy and the focal loss."""
    return [CROSS_ENTROPY, FOCAL]


@hookimpl
def convlab_optimizers() -> Iterable[Optimizer]:
    """Return the optimizers of Keras, with common options."""
    return [SGD, ADAM, ADAMW, RMSPROP, LION, MUON]


@hookimpl
def convlab_schedules() -> Iterable[Schedule]:
    """Return the learning rate schedules."""
    return SCHEDULES


@hookimpl
def convlab_metrics() -> Iterable[Metric]:
    """Return metrics over integer labels and logits."""
    return METRICS


@hookimpl
def convlab_trackers() -> Iterable[Tracker]:
    """Return TensorBoard and MLflow."""
    return [TENSORBOARD, MLFLOW]


@hookimpl
def convlab_recipes() -> Iterable[Recipe]:
    """Return experiments with what they reach."""
    return RECIPES
