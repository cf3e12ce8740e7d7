"""How a data set is published: what is known of it before any of it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ARRAYS = ("train.images", "train.labels", "test.images", "test.labels")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Files that together are the data set.

    Attributes:
        files: their names, such as ``petals.npz``; all are needed.
        folder: the folder, below the place that is looked in, that they lie in; by default the place itself.
        gzipped: whether each may lie there as ``NAME.gz`` instead.
        common: whether the names are so common that one of them alone does not mean this data set.
        arrays: the file that holds one of ``train.images``, ``train.labels``, ``test.images`` and
            ``test.labels``, by that array, where a file holds no other.
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
        path: where it is kept below a data folder, ``/`` between; below a mirror it has the same path.
        urls: where it is published; tried in turn.
        size: in bytes.
        checksum: of the file, as ``sha256:…`` (or ``md5:…``, where no better is published).
        unpacked: the files of a tar archive, by their paths below the data folder, that are unpacked
            beside it because they are read faster so; the archive may have them in any folder.
    """

    path: str
    urls: tuple[str, ...]
    size: int
    checksum: str
    unpacked: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DatasetManifest:
    """What a data set declares of its published form, so that convlab finds, fetches and checks it.

    Attributes:
        name: the data set's name, and that of the first subfolder of a data folder that is looked in.
        input_shape: height, width and channels of an image.
        train_per_class: how many train images each class has, in the order of the labels.
        test_per_class: the same of the test split.
        subfolders: further subfolders of a data folder to look in.
        layouts: the forms in which the files may lie there, the preferred one first; none where the data
            come with the plugin.
        downloads: the files to fetch where no folder has a layout.
        sha256: of the bytes of ``train.images``, ``train.labels``, ``test.images`` and ``test.labels``, in
            hexadecimal, the images uint8 ``(n, height, width, channels)``, the labels int64, low byte first.
            ``convlab data verify NAME --json`` prints them.
        checksums: of the layouts' files, as ``sha256:…`` or ``md5:…``, by their names; they count where
            ``sha256`` is not known.
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
            raise ValueError(f"sha256 has {', '.join(sorted(unknown))}: its keys are {', '.join(ARRAYS)}")
        if len(self.train_per_class) != len(self.test_per_class):
            raise ValueError("train_per_class and test_per_class must have an entry a class each")

    @property
    def num_classes(self) -> int:
        """The number of classes."""
        return len(self.train_per_class)

    @property
    def download_size(self) -> int:
        """The bytes of all downloads."""
        return sum(download.size for download in self.downloads)

    @property
    def wanted(self) -> str:
        """The layouts in words, for a message to someone who has none of them."""
        return ", or ".join(dict.fromkeys(map(_in_words, self.layouts)))


def _in_words(layout: Layout) -> str:
    files = [f"{name}.gz" if layout.gzipped else name for name in layout.files]
    if layout.folder:
        return f"the folder {layout.folder}/"
    return files[0] if len(files) == 1 else f"{', '.join(files[:-1])} and {files[-1]}"
