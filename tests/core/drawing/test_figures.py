"""Figures are files of a format, and text of others in them is neither markup nor a formula."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import matplotlib
import numpy as np
import numpy.typing as npt
import pytest

from convlab import ConfigError, ConvlabError
from convlab.drawing.evaluations import calibration_figure, confusion_figure
from convlab.drawing.figures import save_figure, to_svg
from convlab.drawing.pictures import heated, shades, to_uri

HOSTILE = ("<script>alert(1)</script>", "$x^2$ \\frac{", "a&b\"'\x1b[31m", "_under", "שלום", "]]>")


def test_names_of_others_are_plain_text_in_a_figure() -> None:
    svg = to_svg(confusion_figure(np.eye(len(HOSTILE), dtype=np.int64), HOSTILE))
    root = ET.fromstring(svg)
    texts = {text.strip() for element in root.iter() if (text := "".join(element.itertext()))}
    assert {HOSTILE[1], "a&b\"'\\x1b[31m", "_under", "שלום", "]]>"} <= texts
    assert "script" not in {element.tag.rpartition("}")[2] for element in root.iter()}


def test_a_figure_has_other_colors_on_a_dark_page() -> None:
    figure = confusion_figure(np.eye(2, dtype=np.int64), ("#1f2328", "b"))
    light, dark = to_svg(figure), to_svg(figure, dark=True)
    assert "fill: #1f2328" in light
    assert "fill: #1f2328" not in dark
    assert "#1f2328" in dark, "the name of a class is not a color"


@pytest.mark.parametrize(
    ("name", "magic"), [("a.png", b"\x89PNG"), ("a.SVG", b"<?xml"), ("b/a.pdf", b"%PDF")]
)
def test_a_figure_is_saved_in_the_format_of_its_suffix(tmp_path: Path, name: str, magic: bytes) -> None:
    files = [
        save_figure(confusion_figure(np.eye(2, dtype=np.int64), ("a", "b")), tmp_path / folder / name)
        for folder in ("first", "again")
    ]
    first, again = (file.read_bytes() for file in files)
    assert first.startswith(magic)
    assert first == again


def test_a_figure_that_cannot_be_saved_says_why(tmp_path: Path) -> None:
    figure = confusion_figure(np.eye(2, dtype=np.int64), ("a", "b"))
    with pytest.raises(
        ConfigError, match=r"expected a file name that ends in \.png, \.svg, \.pdf, got 'a\.gif'"
    ):
        save_figure(figure, "a.gif")
    (tmp_path / "file").write_text("")
    with pytest.raises(ConvlabError, match=r"cannot write '.*file/a\.png' \(.*\); choose another `to`"):
        save_figure(figure, tmp_path / "file" / "a.png")


def test_figures_neither_use_nor_change_the_settings_of_matplotlib() -> None:
    matrix, names = np.eye(2, dtype=np.int64), ("a", "b")
    expected, before = to_svg(confusion_figure(matrix, names)), dict(matplotlib.rcParams)
    with matplotlib.rc_context({"font.size": 30, "text.usetex": True, "axes.grid": False}):
        assert to_svg(confusion_figure(matrix, names)) == expected
    assert dict(matplotlib.rcParams) == before


def test_an_empty_bin_of_confidence_has_no_accuracy() -> None:
    known, empty = 0.75, np.nan
    figure = calibration_figure(
        np.array([empty, known]),
        np.array([empty, 0.5]),
        np.array([[empty, 0.4], [empty, 0.6]]),
        np.array([0, 1]),
    )
    points = [np.asarray(line.get_xydata()).tolist() for line in figure.axes[0].get_lines()]
    assert [[known, 0.5]] in points


def test_pictures_within_a_page_are_small() -> None:
    assert to_uri(np.zeros((28, 28, 1), np.uint8)).startswith("data:image/png;base64,")
    photo = np.random.default_rng(0).integers(0, 256, (500, 300, 4), dtype=np.uint8)
    uri = to_uri(photo)
    assert re.match(r"data:image/jpeg;base64,[\w+/=]+$", uri)
    assert len(uri) < 20_000


@pytest.mark.parametrize("values", [np.zeros((2, 2)), np.full((2, 2), np.nan), np.array([[-1.0, 2.0]])])
def test_all_numbers_have_a_shade(values: npt.NDArray[np.float64]) -> None:
    assert shades(values).shape == (*values.shape, 1)
    assert shades(np.zeros((2, 2)), around_zero=True).flat[0] == 128


def test_a_picture_without_heat_is_the_picture_in_gray() -> None:
    picture = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    assert np.array_equal(heated(picture, np.zeros((2, 2)))[..., 0], picture.mean(axis=-1).round())
