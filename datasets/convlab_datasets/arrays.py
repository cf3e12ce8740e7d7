"""People's own arrays, which a notebook hands over."""

from dataclasses import dataclass

from convlab import ConfigError, Dataset, DataSource, ImageData


@dataclass(frozen=True)
class ArraysOptions:
    """Which arrays."""

    sha256: str = ""
    """Their checksum, which a run notes: others are refused."""


def _load(source: DataSource, options: ArraysOptions) -> ImageData:
    if source.arrays is None:
        raise ConfigError(
            "the images are arrays, which only the Python that made them has: hand them over there, as in "
            "convlab.run(experiment, data=(images, labels)), or name another data set"
        )
    return source.arrays


ARRAYS = Dataset(
    name="arrays",
    summary="Your own NumPy arrays, from Python: convlab.run(data=(images, labels))",
    load=_load,
    options=ArraysOptions,
    where="handed over in Python, as run(data=(images, labels))",
)
