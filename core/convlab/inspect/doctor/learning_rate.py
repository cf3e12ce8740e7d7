"""Finds a learning rate that is wrong by orders of magnitude."""

import math
from collections.abc import Iterator

from convlab.inspect.doctor.finding import Finding, ok, problem
from convlab.inspect.doctor.probe import STEPS, Probe, ProbeResult

_TOPIC = "learning rate"
# A rate that leaves more of the initial loss than this is compared with others.
_REMAINING = 0.95
# Another rate is reported as better if it leaves at most this share of what the chosen one leaves.
_BETTER = 0.85
_FACTORS = (0.01, 0.1, 1.0, 10.0, 100.0)


def examine_learning_rate(probe: Probe, learning_rate: float, default: float) -> Iterator[Finding]:
    """Train for some steps at the experiment's learning rate and, if the loss hardly falls, at others.

    This is the range test of Smith (2017) in powers of ten, from the same initial weights each time. The
    model is left as trained at the best rate.

    Args:
        probe: trains the model.
        learning_rate: the experiment's learning rate.
        default: the optimizer's default learning rate.
    """
    chosen = probe.train(learning_rate)
    if chosen.remaining <= _REMAINING:
        yield ok(_TOPIC, f"at {learning_rate:g} {_change(chosen)} in {STEPS} steps")
        return
    others = sorted(
        {rate * factor for rate in (learning_rate, default) for factor in _FACTORS} - {learning_rate}
    )
    best = min(map(probe.train, others), key=lambda other: other.remaining)
    probe.train(best.learning_rate)
    if best.remaining <= _BETTER * min(chosen.remaining, 1.0):
        direction = "high" if best.learning_rate < learning_rate else "low"
        yield problem(
            _TOPIC,
            f"{learning_rate:g} is far too {direction}: in {STEPS} steps {_change(chosen)}; "
            f"at {best.learning_rate:g} {_change(best)}",
            f"set `train.learning_rate` to {best.learning_rate:g}",
        )
        return
    message = f"at {learning_rate:g} {_change(chosen)} in {STEPS} steps, and no other rate does better"
    if math.isfinite(chosen.remaining):
        yield ok(_TOPIC, message)
    else:
        fix = "look for a division by zero or the logarithm of zero in the architecture"
        yield problem(_TOPIC, message, fix)


def _change(result: ProbeResult) -> str:
    return f"the loss goes from {result.start:.3g} to {result.end:.3g}"
