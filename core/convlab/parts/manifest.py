"""The published form of a dataset: its files, sizes and checksums."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ARRAYS = ("train.images", "train.labels", "test.images", "test.labels")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A set of files that make up the dataset.

    Attributes:
        files: their names, such as ``petals.npz``; all are required.
        folder: the subfolder that contains them; by default the searched folder itself.
        gzipped: whether a file may also be present as ``NAME.gz``.
        common: whether the names are so common that one of them alone does not identify this dataset.
        arrays: maps ``train.images``, ``train.labels``, ``test.images`` and ``test.labels`` to the file that
            contains only this array, if there is one.
    """

    files: tuple[str, ...]
    folder: str = ""
    gzipped: bool = False
    common: bool = False
    arrays: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file that can be downloaded.

    Attributes:
        path: the path relative to a data folder, with ``/`` as separator, and to a mirror.
        urls: the URLs, in the order in which they are tried.
        size: the size in bytes.
        checksum: the file's checksum, as ``sha256:…`` (or ``md5:…``, if no better one is published).
        unpacked: the files of a tar archive to unpack because that makes reading faster, by their paths
            relative to the data folder; in the archive they may be in any folder.
    """

    path: str
    urls: tuple[str, ...]
    size: int
    checksum: str
    unpacked: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DatasetManifest:
    """The published form of a dataset, which lets convlab find, fetch and verify it.

    Attributes:
        name: the dataset's name, and the name of the first subfolder of a data folder to search.
        input_shape: height, width and channels of an image.
        train_per_class: the number of training images per class, in the order of the labels.
        test_per_class: the number of test images per class.
        subfolders: further subfolders of a data folder to search.
        layouts: the possible sets of files, the preferred one first; empty if the plugin includes the data.
        downloads: the files to fetch if no layout is found.
        sha256: hexadecimal hashes of the bytes of ``train.images``, ``train.labels``, ``test.images`` and
            ``test.labels``; images are uint8 ``(n, height, width, channels)``, labels little-endian int64.
            ``convlab data verify NAME --json`` prints them.
        checksums: checksums of the layouts' files, as ``sha256:…`` or ``md5:…``, by file name; used if
            ``sha256`` is empty.
    """

    name: str
    input_shape: tuple[int, int, int]
    train_per_class: tuple[int, ...]
    test_per_class: tuple[int, ...]
    subfolders: tuple[str, ...] = ()
    layouts: tuple[Layout, ...] = ()
    downloads: tuple[Download, ...] = ()
    sha256: Mapping[str, str] = field(default_factory=dict, hash=False)
    checksums: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if unknown := set(self.sha256) - set(ARRAYS):
            raise ValueError(f"unknown sha256 key {sorted(unknown)[0]!r}; choose from {', '.join(ARRAYS)}")
        if len(self.train_per_class) != len(self.test_per_class):
            raise ValueError("train_per_class and test_per_class must have one entry per class each")

    @property
    def num_classes(self) -> int:
        """The number of classes."""
        return len(self.train_per_class)

    @property
    def download_size(self) -> int:
        """The total size of all downloads in bytes."""
        return sum(download.size for download in self.downloads)

    @property
    def wanted(self) -> str:
        """The files of all layouts, for messages."""
        return ", or ".join(dict.fromkeys(map(_describe, self.layouts)))


def _describe(layout: Layout) -> str:
    files = [f"{name}.gz" if layout.gzipped else name for name in layout.files]
    if layout.folder:
        return f"the folder {layout.folder}/"
    return files[0] if len(files) == 1 else f"{', '.join(files[:-1])} and {files[-1]}"
