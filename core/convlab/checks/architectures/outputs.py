"""Whether what comes out are logits, and finite."""

import numpy as np

from convlab.checks.architectures.subject import ArchitectureSubject, noise
from convlab.checks.outcome import CheckFailedError
from convlab.checks.registry import check

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
    """Look for rows that sum to one, or that all lie between 0 and 1: a hundred logits never do."""
    model = subject.build(subject.shape, _MANY_CLASSES)
    rows = np.concatenate(
        [np.asarray(model(scale * noise(8, subject.shape), training=False)) for scale in (0.1, 1.0, 10.0)]
    )
    if rows.min() < 0 or rows.max() > 1:
        return
    if np.allclose(rows.sum(axis=1), 1, atol=1e-3):
        raise CheckFailedError("each row lies between 0 and 1 and sums to 1, as after a softmax")
    if rows.max() > 0:
        raise CheckFailedError("every output lies between 0 and 1, as after a sigmoid")
