"""Whether an architecture fits images of every size, and ends in one logit a class."""

from convlab.errors import in_one_line
from convlab.inspect.checks.architectures.subject import (
    CLASSES,
    SHAPES,
    ArchitectureSubject,
    RefusedError,
    Shape,
    in_words,
)
from convlab.inspect.checks.outcome import CheckFailedError, NotApplicableError
from convlab.inspect.checks.registry import check


def _declare(shape: Shape) -> None:
    @check(
        f"It builds for images of {in_words(shape)} with 2, 10 and 100 classes",
        name=f"builds_for_{'x'.join(map(str, shape))}",
        why="an architecture is combined with any data set; one that fits a single size fits few",
        fix="build from input_shape and num_classes, with padding='same' or global pooling where sides run "
        "out; refuse what cannot be with a ConfigError that says the smallest size",
    )
    def builds_for(subject: ArchitectureSubject) -> None:
        for num_classes in CLASSES:
            try:
                subject.logits(shape, num_classes)
            except RefusedError:
                raise
            except (Exception, SystemExit) as error:
                raise CheckFailedError(f"with {num_classes} classes: {in_one_line(error)}") from error


for _shape in SHAPES:
    _declare(_shape)


@check(
    "It ends in one output a class",
    why="the loss compares one logit a class with the label",
    fix="end in Dense(num_classes), on one vector an image",
)
def output_width(subject: ArchitectureSubject) -> None:
    """Look at the outputs' shape for 2, 10 and 100 classes."""
    for num_classes in CLASSES:
        try:
            outputs = subject.logits(subject.shape, num_classes)
        except NotApplicableError:
            raise
        except (Exception, SystemExit):
            continue  # builds_for_… tells
        shape = getattr(outputs, "shape", None)
        if shape is None:
            raise CheckFailedError(
                f"a {type(outputs).__name__} comes out instead of one tensor", fix="return the logits alone"
            )
        if tuple(shape) != (2, num_classes):
            raise CheckFailedError(
                f"2 images and {num_classes} classes give outputs of shape {tuple(shape)} instead of "
                f"(2, {num_classes})"
            )
