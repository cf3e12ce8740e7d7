"""Pictures of every kind become what a model takes."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from convlab import DataError, PictureReader

# Unlike in each corner, so that a turn or a flip shows.
GREY = np.arange(48, dtype=np.uint8).reshape(6, 8) * 5
READER = PictureReader(shape=(6, 8, 1))


def saved(file: Path, pixels: npt.NDArray[Any], mode: str | None = None, **how: Any) -> Path:
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(file, **how)
    return file


def test_a_picture_of_the_model_s_own_shape_is_read_bit_for_bit(tmp_path: Path) -> None:
    for name in ("grey.png", "grey.bmp", "grey.tiff"):
        pixels, changes = READER.read(saved(tmp_path / name, GREY))
        np.testing.assert_array_equal(pixels[..., 0], GREY)
        assert pixels.dtype == np.uint8
        assert changes == {}
    colours = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    pixels, changes = PictureReader(shape=(6, 8, 3)).read(saved(tmp_path / "colours.png", colours))
    np.testing.assert_array_equal(pixels, colours)
    assert changes == {}


@pytest.mark.parametrize(
    ("name", "mode", "change"),
    [
        ("rgb.png", "RGB", {"colours": "RGB to grey"}),
        ("palette.png", "P", {"colours": "a palette to grey"}),
        ("cmyk.tiff", "CMYK", {"colours": "CMYK to grey"}),
        ("lossless.webp", "RGB", {"colours": "RGB to grey"}),
    ],
)
def test_any_mode_becomes_grey(tmp_path: Path, name: str, mode: str, change: dict[str, str]) -> None:
    how = {"lossless": True} if name.endswith("webp") else {}
    pixels, changes = READER.read(saved(tmp_path / name, GREY, mode, **how))
    np.testing.assert_allclose(pixels[..., 0], GREY, atol=1)
    assert changes == change


def test_black_and_white_and_sixteen_bits_become_the_whole_range_of_eight(tmp_path: Path) -> None:
    black_and_white = (GREY > 100).astype(np.uint8) * 255
    pixels, changes = READER.read(saved(tmp_path / "one.png", black_and_white, "1"))
    np.testing.assert_array_equal(pixels[..., 0], black_and_white)
    assert changes == {"colours": "black and white to grey"}
    for name in ("deep.png", "deep.tiff"):
        pixels, changes = READER.read(saved(tmp_path / name, GREY.astype(np.uint16) * 257))
        np.testing.assert_array_equal(pixels[..., 0], GREY)
        assert changes == {"depth": "16 bits to 8"}


def test_what_is_transparent_becomes_white(tmp_path: Path) -> None:
    ink = np.zeros((6, 8, 4), np.uint8)
    ink[..., 3] = GREY  # black, where it is opaque
    pixels, changes = READER.read(saved(tmp_path / "ink.png", ink))
    np.testing.assert_allclose(pixels[..., 0], 255 - GREY, atol=1)
    assert changes["transparency"] == "laid on white"
    palette = Image.fromarray(np.eye(6, 8, dtype=np.uint8)).convert("P")
    palette.putpalette([0, 0, 0, 200, 0, 0])
    palette.save(tmp_path / "palette.png", transparency=0)
    pixels, changes = PictureReader(shape=(6, 8, 3)).read(tmp_path / "palette.png")
    np.testing.assert_array_equal(pixels[0, 0], [200, 0, 0])
    np.testing.assert_array_equal(pixels[0, 1], [255, 255, 255])


def test_a_picture_is_turned_upright_as_the_camera_noted(tmp_path: Path) -> None:
    for orientation, turned in ((6, np.rot90(GREY)), (3, np.rot90(GREY, 2)), (2, GREY[:, ::-1])):
        exif = Image.Exif()
        exif[0x112] = orientation
        file = saved(tmp_path / f"{orientation}.png", np.ascontiguousarray(turned), exif=exif)
        pixels, changes = READER.read(file)
        np.testing.assert_array_equal(pixels[..., 0], GREY)
        assert changes == {"turned": "as its EXIF orientation says"}


def test_of_an_animation_the_first_frame_counts(tmp_path: Path) -> None:
    frames = [Image.fromarray(pixels) for pixels in (GREY, 255 - GREY)]
    frames[0].save(tmp_path / "moving.webp", save_all=True, append_images=frames[1:], lossless=True)
    pixels, changes = READER.read(tmp_path / "moving.webp")
    np.testing.assert_allclose(pixels[..., 0], GREY, atol=1)
    assert changes["frames"] == "the first of several"


def test_another_shape_is_cropped_padded_or_stretched(tmp_path: Path) -> None:
    wide = np.zeros((10, 30), np.uint8)
    wide[:, 10:20] = 255  # the middle third
    file = saved(tmp_path / "wide.png", wide)
    cropped, said = PictureReader(shape=(5, 5, 1), resize="crop").read(file)
    assert cropped.min() > 200, "what was left out shows at most in the blur of the edge"
    assert said == {"resized": "30×10 to 5×5, its middle alone"}
    padded, said = PictureReader(shape=(30, 30, 1), resize="pad").read(file)
    assert [padded[5].max(), padded[15, 15].item(), padded[25].max()] == [0, 255, 0]
    assert said == {"resized": "30×10 to 30×30, with black beside it"}
    stretched, said = PictureReader(shape=(6, 6, 1), resize="stretch").read(file)
    assert [stretched[3, 0].item() < 50, stretched[3, 3].item() > 200] == [True, True]
    assert said == {"resized": "30×10 to 6×6, stretched"}


def test_inverting_makes_light_dark(tmp_path: Path) -> None:
    pixels, changes = PictureReader(shape=(6, 8, 1), invert=True).read(saved(tmp_path / "grey.png", GREY))
    np.testing.assert_array_equal(pixels[..., 0], 255 - GREY)
    assert changes == {"inverted": "light to dark"}


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (100, 100), dtype=np.uint8)
    whole = saved(tmp_path / "whole.png", noise).read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.png").write_text("no picture", encoding="utf-8")
    (tmp_path / "empty.png").touch()
    saved(tmp_path / "float.tiff", GREY.astype(np.float32))
    for name, reason in {
        "cut.png": "damaged",
        "text.png": "not a picture",
        "empty.png": "not a picture",
        "float.tiff": "floating-point pixels",
        "nothing.png": "No such file",
    }.items():
        with pytest.raises(DataError, match=reason):
            READER.read(tmp_path / name)
    with pytest.raises(DataError, match="images of 5 channels, but pictures have 1, 3 or 4"):
        PictureReader(shape=(8, 8, 5))
