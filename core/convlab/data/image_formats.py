"""The image formats that convlab reads, from datasets and for predictions."""

# By Pillow's names. Others are left out on purpose: EPS runs Ghostscript, for example.
_SUFFIXES = {
    "PNG": (".png", ".apng"),
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "BMP": (".bmp",),
    "GIF": (".gif",),
    "WEBP": (".webp",),
    "TIFF": (".tif", ".tiff"),
    "AVIF": (".avif",),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm"),
}
IMAGE_FORMATS = tuple(_SUFFIXES)
FORMAT_NAMES = "PNG, JPEG, BMP, GIF, WebP, TIFF, AVIF and PPM"


def is_image_name(name: str) -> bool:
    """Return whether a file has the suffix of one of the formats, in upper or lower case."""
    return name.lower().endswith(tuple(suffix for suffixes in _SUFFIXES.values() for suffix in suffixes))
