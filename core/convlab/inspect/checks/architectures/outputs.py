"""Whether a network builds for images of every size, and returns one finite logit per class."""

import numpy as np

from convlab.errors import in_one_line
from convlab.inspect.checks.architectures.architecture_subject import (
    CLASSES,
    SHAPES,
    ArchitectureSubject,
    Shape,
    UnsupportedShapeError,
    noise,
)
from convlab.inspect.checks.outcome import CheckFailedError, NotApplicableError
from convlab.inspect.checks.registry import check
from convlab.inspect.doctor.logits import examine_outputs
from convlab.text.formatting import in_pixels

_MANY_CLASSES = 100


def _declare(shape: Shape) -> None:
    @check(
        f"Builds for {in_pixels(shape)} images with 2, 10 and 100 classes",
        name=f"builds_for_{'x'.join(map(str, shape))}",
        why="users combine an architecture with any dataset; one that needs a fixed image size fits few",
        fix="build from input_shape and num_classes, and use padding='same' or global pooling so that small "
        "images do not shrink to nothing; reject unsupported shapes with a ConfigError that states the "
        "smallest size",
    )
    def builds_for(subject: ArchitectureSubject) -> None:
        for num_classes in CLASSES:
            try:
                subject.logits(shape, num_classes)
            except UnsupportedShapeError:
                raise
            except (Exception, SystemExit) as error:
                raise CheckFailedError(f"with {num_classes} classes: {in_one_line(error)}") from error


for _shape in SHAPES:
    _declare(_shape)


@check(
    "Returns one output per class",
    why="the loss compares one logit per class with the label",
    fix="end in Dense(num_classes), applied to one vector per image",
)
def output_width(subject: ArchitectureSubject) -> None:
    """Check the output shape for 2, 10 and 100 classes."""
    for num_classes in CLASSES:
        try:
            outputs = subject.logits(subject.shape, num_classes)
        except NotApplicableError:
            raise
        except (Exception, SystemExit):
            continue  # reported by builds_for_…
        shape = getattr(outputs, "shape", None)
        if shape is None:
            raise CheckFailedError(
                f"the network returns {type(outputs).__name__}; expected one tensor",
                fix="return only the logits",
            )
        if tuple(shape) != (2, num_classes):
            raise CheckFailedError(
                f"for 2 images and {num_classes} classes, expected outputs of shape (2, {num_classes}), "
                f"got {tuple(shape)}"
            )


@check(
    "Outputs are finite",
    why="one NaN or infinity makes the loss NaN, and the next step makes every weight NaN",
    fix="look for a division by zero (such as by the standard deviation of a single-colour image), the "
    "logarithm or square root of zero, and initial weights that are too large",
    needs=("output_width",),
)
def finite_output(subject: ArchitectureSubject) -> None:
    """Try noise and single-colour images, in inference and in training mode."""
    images = {"noise": noise(4, subject.shape)}
    images |= {f"images filled with {value:g}": np.full_like(images["noise"], value) for value in (0.0, 1.0)}
    with subject.modifiable_model() as model:
        for kind, batch in images.items():
            for training in (False, True):
                logits = np.asarray(model(batch, training=training))
                if not np.isfinite(logits).all():
                    bad = logits[~np.isfinite(logits)][0]
                    mode = "training" if training else "inference"
                    raise CheckFailedError(f"the output for {kind} is {bad} in {mode}")


@check(
    "Returns logits, not probabilities",
    why="the loss applies the softmax; a second softmax flattens the gradient, and training stalls without "
    "an error",
    fix="end in Dense(num_classes) without an activation",
    needs=("finite_output",),
)
def returns_logits(subject: ArchitectureSubject) -> None:
    """Inspect a hundred outputs per image; if they are logits, some of them are negative."""
    model = subject.build(subject.shape, _MANY_CLASSES)
    rows = [np.asarray(model(scale * noise(8, subject.shape), training=False)) for scale in (0.1, 1.0, 10.0)]
    for finding in examine_outputs(np.concatenate(rows)):
        if finding.state == "problem":
            raise CheckFailedError(finding.message, fix=finding.fix)
