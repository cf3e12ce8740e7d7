"""Reading image files of every kind as the pixels that a model takes."""

import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from convlab import DataError, ImageHeader, ImageReader

# All corners differ, so that a rotation or a flip is detected.
GRAY = np.arange(48, dtype=np.uint8).reshape(6, 8) * 5
READER = ImageReader(shape=(6, 8, 1))


def save(file: Path, pixels: npt.NDArray[Any], mode: str | None = None, **options: Any) -> Path:
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(file, **options)
    return file


def test_an_image_of_the_right_shape_is_read_bit_for_bit(tmp_path: Path) -> None:
    for name in ("gray.png", "gray.bmp", "gray.tiff"):
        pixels, changes = READER.read(save(tmp_path / name, GRAY))
        np.testing.assert_array_equal(pixels[..., 0], GRAY)
        assert pixels.dtype == np.uint8
        assert changes == {}
    colors = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    pixels, changes = ImageReader(shape=(6, 8, 3)).read(save(tmp_path / "colors.png", colors))
    np.testing.assert_array_equal(pixels, colors)
    assert changes == {}


@pytest.mark.parametrize(
    ("name", "mode", "change"),
    [
        ("rgb.png", "RGB", {"colors": "RGB to grayscale"}),
        ("palette.png", "P", {"colors": "palette to grayscale"}),
        ("cmyk.tiff", "CMYK", {"colors": "CMYK to grayscale"}),
        ("lossless.webp", "RGB", {"colors": "RGB to grayscale"}),
    ],
)
def test_every_mode_is_converted_to_grayscale(
    tmp_path: Path, name: str, mode: str, change: dict[str, str]
) -> None:
    options = {"lossless": True} if name.endswith("webp") else {}
    pixels, changes = READER.read(save(tmp_path / name, GRAY, mode, **options))
    np.testing.assert_allclose(pixels[..., 0], GRAY, atol=1)
    assert changes == change


def test_1_and_16_bits_are_scaled_to_8(tmp_path: Path) -> None:
    black_and_white = (GRAY > 100).astype(np.uint8) * 255
    pixels, changes = READER.read(save(tmp_path / "one.png", black_and_white, "1"))
    np.testing.assert_array_equal(pixels[..., 0], black_and_white)
    assert changes == {"colors": "black and white to grayscale"}
    for name in ("deep.png", "deep.tiff"):
        pixels, changes = READER.read(save(tmp_path / name, GRAY.astype(np.uint16) * 257))
        np.testing.assert_array_equal(pixels[..., 0], GRAY)
        assert changes == {"depth": "16 bits to 8"}
        _, changes = READER.read(save(tmp_path / name, GRAY.astype(np.uint16) * 16))
        assert changes == {"depth": "16 bits to 8, dark: from 0 to 3760 of 65535"}


def test_16_bit_colors_that_become_dark_are_reported(tmp_path: Path) -> None:
    gray = (GRAY.astype(np.uint16) * 16).astype(">u2")
    colors = np.repeat(gray[..., None], 3, axis=-1)  # Pillow reads such files, but does not write them
    chunks = {
        b"IHDR": struct.pack(">2I5B", 8, 6, 16, 2, 0, 0, 0),
        b"IDAT": zlib.compress(b"".join(b"\0" + row.tobytes() for row in colors)),
        b"IEND": b"",
    }
    (tmp_path / "colors.png").write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
            for name, content in chunks.items()
        )
    )
    pixels, changes = ImageReader(shape=(6, 8, 3)).read(tmp_path / "colors.png")
    np.testing.assert_array_equal(pixels, colors >> 8)
    assert changes == {"depth": "16 bits to 8, dark: from 0 to 3839 of 65535"}


def test_transparent_pixels_become_white(tmp_path: Path) -> None:
    ink = np.zeros((6, 8, 4), np.uint8)
    ink[..., 3] = GRAY  # black where opaque
    pixels, changes = READER.read(save(tmp_path / "ink.png", ink))
    np.testing.assert_allclose(pixels[..., 0], 255 - GRAY, atol=1)
    assert changes["transparency"] == "blended onto white"
    palette = Image.fromarray(np.eye(6, 8, dtype=np.uint8)).convert("P")
    palette.putpalette([0, 0, 0, 200, 0, 0])
    palette.save(tmp_path / "palette.png", transparency=0)
    pixels, changes = ImageReader(shape=(6, 8, 3)).read(tmp_path / "palette.png")
    np.testing.assert_array_equal(pixels[0, 0], [200, 0, 0])
    np.testing.assert_array_equal(pixels[0, 1], [255, 255, 255])


def test_an_image_is_rotated_by_its_exif_orientation(tmp_path: Path) -> None:
    for orientation, rotated in ((6, np.rot90(GRAY)), (3, np.rot90(GRAY, 2)), (2, GRAY[:, ::-1])):
        exif = Image.Exif()
        exif[0x112] = orientation
        file = save(tmp_path / f"{orientation}.png", np.ascontiguousarray(rotated), exif=exif)
        pixels, changes = READER.read(file)
        np.testing.assert_array_equal(pixels[..., 0], GRAY)
        assert changes == {"rotated": "by EXIF orientation"}


ROTATIONS = {
    1: GRAY,
    2: GRAY[:, ::-1],
    3: np.rot90(GRAY, 2),
    4: GRAY[::-1],
    5: GRAY.T,
    6: np.rot90(GRAY, -1),
    7: np.rot90(GRAY, 2).T,
    8: np.rot90(GRAY),
}


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.png", {}),
        ("a.webp", {"lossless": True}),
        ("a.tiff", {}),
        ("a.tiff", {"compression": "tiff_lzw"}),
    ],
)
def test_every_orientation_is_applied_once(name: str, options: dict[str, Any], tmp_path: Path) -> None:
    for orientation, upright in ROTATIONS.items():
        exif = Image.Exif()
        exif[0x112] = orientation
        file = save(tmp_path / name, GRAY, exif=exif, **options)
        pixels, _ = ImageReader(shape=(*upright.shape, 1)).read(file)
        np.testing.assert_allclose(pixels[..., 0], upright, atol=1)
        assert ImageHeader.read(file).image_size == upright.shape


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
@pytest.mark.parametrize(
    "entry", ["0003 00000001 00000000", "0003 00000001 00090000", "0002 00000002 36000000"]
)
def test_an_orientation_that_is_no_integer_from_1_to_8_means_upright(
    entry: str, suffix: str, tmp_path: Path
) -> None:
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12" + bytes.fromhex(entry) + bytes(4)
    file = save(tmp_path / f"image.{suffix}", np.full((6, 8), 9, np.uint8), exif=exif)
    with Image.open(file) as image:
        assert image.getexif()[0x112] in (0, 9, "6")
    assert READER.read(file)[0].shape == (6, 8, 1)
    assert ImageHeader.read(file).image_size == (6, 8)


def test_only_the_first_frame_of_an_animation_is_read(tmp_path: Path) -> None:
    frames = [Image.fromarray(pixels) for pixels in (GRAY, 255 - GRAY)]
    frames[0].save(tmp_path / "moving.webp", save_all=True, append_images=frames[1:], lossless=True)
    pixels, changes = READER.read(tmp_path / "moving.webp")
    np.testing.assert_allclose(pixels[..., 0], GRAY, atol=1)
    assert changes["frames"] == "only the first of several"


def test_another_aspect_ratio_is_cropped_padded_or_stretched(tmp_path: Path) -> None:
    wide = np.zeros((10, 30), np.uint8)
    wide[:, 10:20] = 255  # the middle third
    file = save(tmp_path / "wide.png", wide)
    cropped, changes = ImageReader(shape=(5, 5, 1), resize="crop").read(file)
    assert cropped.min() > 200, "only the antialiased edge may show what was cropped"
    assert changes == {"resized": "30×10 to 5×5, cropped to the center"}
    padded, changes = ImageReader(shape=(30, 30, 1), resize="pad").read(file)
    assert [padded[5].max(), padded[15, 15].item(), padded[25].max()] == [0, 255, 0]
    assert changes == {"resized": "30×10 to 30×30, padded with black"}
    stretched, changes = ImageReader(shape=(6, 6, 1), resize="stretch").read(file)
    assert [stretched[3, 0].item() < 50, stretched[3, 3].item() > 200] == [True, True]
    assert changes == {"resized": "30×10 to 6×6, stretched"}


def test_inverting_swaps_light_and_dark(tmp_path: Path) -> None:
    pixels, changes = ImageReader(shape=(6, 8, 1), invert=True).read(save(tmp_path / "gray.png", GRAY))
    np.testing.assert_array_equal(pixels[..., 0], 255 - GRAY)
    assert changes == {"inverted": "brightness"}


def test_the_error_says_why_a_file_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (100, 100), dtype=np.uint8)
    whole = save(tmp_path / "whole.png", noise).read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.png").write_text("not an image", encoding="utf-8")
    (tmp_path / "empty.png").touch()
    save(tmp_path / "float.tiff", GRAY.astype(np.float32))
    for name, reason in {
        "cut.png": "damaged",
        "text.png": "not an image file",
        "empty.png": "not an image file",
        "float.tiff": "floating-point pixels",
        "nothing.png": "No such file",
    }.items():
        with pytest.raises(DataError, match=reason):
            READER.read(tmp_path / name)
    save(tmp_path / "wide.tiff", GRAY.astype(np.int32) * 10**6)
    save(tmp_path / "eps.png", GRAY, format="EPS")  # Pillow would run Ghostscript
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "loop.png").symlink_to("loop.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40)
    for name, reason in {
        "wide.tiff": "32-bit pixels of unknown range",
        "eps.png": "not an image file",
        "pipe.png": "not a regular file",
        "loop.png": "Too many levels of symbolic links",
        "whole.png": "too many pixels for one image; reduce its size",
    }.items():
        with pytest.raises(DataError, match=reason):
            READER.read(tmp_path / name)
    with pytest.raises(DataError, match="images with 5 channels, but image files have 1, 3 or 4"):
        ImageReader(shape=(8, 8, 5))
