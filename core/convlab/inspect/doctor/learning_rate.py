"""A learning rate that is orders of magnitude off."""

import math
from collections.abc import Iterator

from convlab.inspect.doctor.finding import Finding, ok, problem
from convlab.inspect.doctor.probe import STEPS, Probe, Probed

_TOPIC = "learning rate"
# A rate that fits takes more than this off the first loss; one that does not is compared with others.
_FALLS = 0.95
# Another rate must leave this part of what the chosen one leaves, to be told as better.
_BETTER = 0.85
_DECADES = (0.01, 0.1, 1.0, 10.0, 100.0)


def examine_learning_rate(probe: Probe, learning_rate: float, usual: float) -> Iterator[Finding]:
    """Take some steps at the experiment's rate, and where the loss hardly falls, at others.

    The range test of Smith (2017), in decades and from the same initial weights each time. Leaves the model
    as the best of them left it.

    Args:
        probe: trains the model.
        learning_rate: the experiment's.
        usual: the optimizer's own.
    """
    chosen = probe.train(learning_rate)
    if chosen.fell_to <= _FALLS:
        yield ok(_TOPIC, f"at {learning_rate:g} {_course(chosen)} in {STEPS} steps")
        return
    others = sorted(
        {rate * decade for rate in (learning_rate, usual) for decade in _DECADES} - {learning_rate}
    )
    best = min(map(probe.train, others), key=lambda other: other.fell_to)
    probe.train(best.learning_rate)
    if best.fell_to <= _BETTER * min(chosen.fell_to, 1.0):
        direction = "high" if best.learning_rate < learning_rate else "low"
        yield problem(
            _TOPIC,
            f"{learning_rate:g} is far too {direction}: in {STEPS} steps {_course(chosen)}, "
            f"at {best.learning_rate:g} {_course(best)}",
            f"--learning-rate {best.learning_rate:g}",
        )
    elif math.isfinite(chosen.fell_to):
        yield ok(_TOPIC, f"at {learning_rate:g} {_course(chosen)} in {STEPS} steps, and no other does better")
    else:
        yield problem(
            _TOPIC,
            f"at {learning_rate:g} {_course(chosen)} in {STEPS} steps, and no other rate does better",
            "look for a division or logarithm of zero in the architecture",
        )


def _course(probed: Probed) -> str:
    return f"the loss goes from {probed.start:.3g} to {probed.end:.3g}"
