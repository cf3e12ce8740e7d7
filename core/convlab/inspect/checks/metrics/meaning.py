"""Whether a metric says how good predictions are."""

from convlab.inspect.checks.metrics.subject import CLASSES, LABELS, LOGITS, MetricSubject, certain, close
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check

_SLACK = 0.01  # what one image in a hundred may change


@check(
    "It reads logits, not probabilities",
    why="networks end in logits: taken for probabilities they give a number that looks right and is not",
    fix="take keras.ops.softmax(logits) first, or give the Keras metric from_logits=True",
    needs=("takes_labels_and_logits",),
)
def reads_logits(subject: MetricSubject) -> None:
    """Add a number to all logits, which leaves the probabilities as they are."""
    plain, shifted = subject.value(), subject.value(LABELS, LOGITS + 7)
    if not close(plain, shifted):
        raise CheckFailedError(
            f"it gives {plain:.6g}, and {shifted:.6g} when every logit is larger by 7, which means the same"
        )


@check(
    "Right predictions are no worse than random ones, and wrong ones no better",
    why="the best epoch and early stopping go by it: the wrong way round they keep the worst network",
    fix="compare the labels with keras.ops.argmax(logits, axis=-1), and say Metric(mode='min') where less is "
    "better",
    needs=("takes_labels_and_logits",),
)
def better_is_better(subject: MetricSubject) -> None:
    """Compare sure predictions that are all right, random, and all wrong."""
    better = 1.0 if subject.part.mode == "max" else -1.0
    values = {
        "right": subject.value(LABELS, certain(LABELS)),
        "random": subject.value(LABELS, certain(LABELS[::-1])),
        "wrong": subject.value(LABELS, certain((LABELS + 1) % CLASSES)),
    }
    ranked = [better * value for value in values.values()]
    if not (_at_least(ranked[0], ranked[1]) and _at_least(ranked[1], ranked[2])):
        told = ", ".join(f"{what} ones {value:.4g}" for what, value in values.items())
        direction = "more" if subject.part.mode == "max" else "less"
        raise CheckFailedError(f"{direction} is said to be better, but predictions give: {told}")


def _at_least(one: float, other: float) -> bool:
    return one >= other - _SLACK * max(1.0, abs(other))
