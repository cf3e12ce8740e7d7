"""The user's own arrays, passed from Python."""

from dataclasses import dataclass

from convlab import ConfigError, Dataset, DataSource, ImageData


@dataclass(frozen=True)
class ArraysOptions:
    """Options of ``arrays``."""

    sha256: str = ""
    """Checksum of the arrays, recorded by the run; other arrays are refused."""


def _load(source: DataSource, options: ArraysOptions) -> ImageData:
    if source.arrays is None:
        raise ConfigError(
            "this experiment uses arrays, which can only be passed from Python; call "
            "convlab.run(experiment, data=(images, labels)), or set `dataset` to another dataset"
        )
    return source.arrays


ARRAYS = Dataset(
    name="arrays",
    summary="Your own NumPy arrays, from Python: convlab.run(data=(images, labels))",
    load=_load,
    options=ArraysOptions,
    where="passed from Python: run(data=(images, labels))",
)
