"""Whether what comes out are logits, and finite."""

import numpy as np

from convlab.inspect.checks.architectures.subject import ArchitectureSubject, noise
from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.registry import check
from convlab.inspect.doctor.outputs import examine_outputs

_MANY_CLASSES = 100


@check(
    "Its outputs are finite numbers",
    why="one NaN or infinity makes the loss, and with the next step every weight, one too",
    fix="look for a division by zero, as by the deviation of an image of one colour, a logarithm or root of "
    "zero, and weights that start too large",
    needs=("output_width",),
)
def finite_output(subject: ArchitectureSubject) -> None:
    """Try noise and images of one colour, in inference and in training."""
    images = {"noise": noise(4, subject.shape)}
    images |= {f"images of {value:g} alone": np.full_like(images["noise"], value) for value in (0.0, 1.0)}
    with subject.trainable() as model:
        for what, batch in images.items():
            for training in (False, True):
                logits = np.asarray(model(batch, training=training))
                if not np.isfinite(logits).all():
                    bad = logits[~np.isfinite(logits)][0]
                    mode = "training" if training else "inference"
                    raise CheckFailedError(f"{what} give {bad} in {mode}")


@check(
    "Its outputs are logits, not probabilities",
    why="the loss takes the softmax itself; a second one flattens the gradient, and training stalls without "
    "an error",
    fix="end in Dense(num_classes) without an activation",
    needs=("finite_output",),
)
def returns_logits(subject: ArchitectureSubject) -> None:
    """Look at a hundred outputs, some of which would be below zero if they were logits."""
    model = subject.build(subject.shape, _MANY_CLASSES)
    rows = [np.asarray(model(scale * noise(8, subject.shape), training=False)) for scale in (0.1, 1.0, 10.0)]
    for finding in examine_outputs(np.concatenate(rows)):
        if finding.state == "problem":
            raise CheckFailedError(finding.message, fix=finding.fix)
