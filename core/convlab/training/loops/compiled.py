"""The loop of an experiment, compiled: with XLA if the rule says so and XLA can."""

import logging
from collections.abc import Callable

import tensorflow as tf

from convlab.data.image_stream import ImageStream
from convlab.errors import ConvlabError
from convlab.training.failures import reason, step_failed
from convlab.training.loops.fit import FitLoop
from convlab.training.loops.protocol import TrainingLoop
from convlab.training.loops.streamed import StreamedTapeLoop
from convlab.training.loops.tape import TapeLoop
from convlab.training.preparation import Prepared
from convlab.training.step import TrainingStep

logger = logging.getLogger("convlab")


def compiled_loop(prepared: Prepared) -> tuple[TrainingLoop, bool]:
    """Trace and compile the experiment's loop.

    Returns:
        The loop, and whether XLA compiled it.

    Raises:
        TrainingError: an operation cannot be traced, or XLA was required and cannot compile one.
    """
    try:
        return _compiled(prepared, xla=prepared.xla), prepared.xla
    except ConvlabError:
        raise
    except Exception as error:  # TensorFlow, Keras and the parts raise all kinds
        may_do_without = prepared.xla and prepared.resolved.experiment.train.compile != "on"
        if not (may_do_without and isinstance(error, tf.errors.OpError)):
            raise step_failed(error, prepared, xla=prepared.xla) from error
        logger.warning("XLA cannot compile this step, so it runs without XLA (%s)", reason(error))
        try:
            return _compiled(prepared, xla=False), False
        except Exception as other:
            raise step_failed(other, prepared, xla=False) from other


def _compiled(prepared: Prepared, *, xla: bool) -> TrainingLoop:
    step = TrainingStep(
        prepared.model,
        prepared.optimizer,
        prepared.loss,
        prepared.metrics,
        prepared.augmenter,
        fuse_batch_norm=not xla,  # XLA fuses by itself
    )
    loop = _loop_class(prepared)(
        step, split=prepared.data.train, plan=prepared.plan, placement=prepared.placement, xla=xla
    )
    loop.compile()
    return loop


def _loop_class(prepared: Prepared) -> Callable[..., TrainingLoop]:
    if prepared.resolved.experiment.train.loop == "fit":
        return FitLoop
    return StreamedTapeLoop if isinstance(prepared.data.train.images, ImageStream) else TapeLoop
