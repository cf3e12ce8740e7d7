"""The images within the report of a run: mistakes, samples, and what the network looks at."""

from dataclasses import dataclass

import numpy as np

from convlab.drawing.html import percent
from convlab.drawing.pictures import heated, shades, tiled_uri, to_uri
from convlab.reporting import plot
from convlab.reporting.examples import Mistake, class_samples, confident_mistakes
from convlab.reporting.run_view import RunView

_MISTAKES = 24
_MAPS = 32
_LARGEST_MAP = 56  # pixels; larger maps are thinned out
_EXPLAINED = 12


@dataclass(frozen=True, kw_only=True)
class Picture:
    """An image within a page.

    Attributes:
        uri: its address.
        alt: what it shows, for those who do not see it.
        heat: the same image under the heat map of Grad-CAM, if there is one.
        lines: its caption.
    """

    uri: str
    alt: str
    heat: str = ""
    lines: tuple[str, ...] = ()


def mistake_pictures(run: RunView) -> list[Picture]:
    """Return the most confident mistakes."""
    return [_mistake(mistake) for mistake in confident_mistakes(run, _MISTAKES)]


def _mistake(mistake: Mistake) -> Picture:
    confidence = percent(mistake.confidence, 1)
    return Picture(
        uri=to_uri(mistake.picture),
        alt=f"Image of {mistake.label}, predicted as {mistake.predicted}",
        lines=(f"predicted {mistake.predicted}", confidence, f"true {mistake.label}"),
    )


def explained_pictures(run: RunView) -> list[Picture]:
    """Return an image of each class with what Grad-CAM shows for its predicted class."""
    from convlab.reporting.activations import grad_cam

    evaluation = run.evaluation
    firsts = np.unique(evaluation.labels, return_index=True)[1][:_EXPLAINED].astype(np.int64)
    pictures, predicted = run.pictures(firsts), evaluation.logits[firsts].argmax(axis=1)
    names = [report.name for report in evaluation.classes]
    heats = grad_cam(run.model, pictures, predicted)
    return [
        Picture(
            uri=to_uri(picture),
            heat=to_uri(heated(picture, heat)),
            alt=f"Image of {names[label]}",
            lines=(f"predicted {names[guess]}", f"true {names[label]}")[: 1 if guess == label else 2],
        )
        for picture, heat, guess, label in zip(
            pictures, heats, predicted, evaluation.labels[firsts], strict=True
        )
    ]


def filter_sheet(run: RunView) -> Picture:
    """Return the filters of the first convolution."""
    from convlab.reporting.activations import first_filters

    name, kernel = first_filters(run.model)
    height, width, channels, count = kernel.shape
    shown = plot.filter_pictures(kernel)
    size = f"{height}×{width}×{channels}"
    return Picture(
        uri=tiled_uri(shown),
        alt=f"{len(shown)} filters of {size} weights",
        lines=(f"{_of(len(shown), count)} filters of {name}, {size} weights each; gray is zero",),
    )


def feature_map_sheets(run: RunView) -> list[Picture]:
    """Return the first image, and the feature maps of the first and the last convolution."""
    from convlab.reporting.activations import feature_maps

    image = run.pictures(np.array([0]))[0]
    found = [Picture(uri=to_uri(image), alt="The image", lines=("the image",))]
    for name, maps in feature_maps(run.model, image):
        height, width, count = maps.shape
        step = -(-max(height, width) // _LARGEST_MAP)
        pictures = [shades(maps[::step, ::step, number]) for number in range(min(count, _MAPS))]
        words = f"{_of(len(pictures), count)} feature maps of {name}, {height}×{width}"
        found.append(Picture(uri=tiled_uri(pictures), alt=words, lines=(words,)))
    return found


def sample_pictures(run: RunView) -> list[tuple[str, int, list[Picture]]]:
    """Return the name, the number of images and some images of each class."""
    return [
        (
            samples.name,
            samples.images,
            [Picture(uri=to_uri(picture), alt=f"Image of {samples.name}") for picture in samples.pictures],
        )
        for samples in class_samples(run)
    ]


def _of(shown: int, count: int) -> str:
    return f"the {count}" if shown == count else f"{shown} of the {count}"
