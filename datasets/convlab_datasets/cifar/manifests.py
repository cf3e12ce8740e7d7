"""The manifests of CIFAR-10 and CIFAR-100."""

from convlab import DatasetManifest, Download, Layout

TRAIN_BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))
_CIFAR10_FILES = (*TRAIN_BATCHES, "test_batch")
_CIFAR100_FILES = ("train", "test", "meta")
_SITE = "https://www.cs.toronto.edu/~kriz"
_CIFAR10_SHA256 = "sha256:6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
_CIFAR100_SHA256 = "sha256:85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7"


def _layouts(files: tuple[str, ...], folder: str, archive: str) -> tuple[Layout, ...]:
    return (
        Layout(files=files, folder=folder),
        Layout(files=(archive,)),
        Layout(files=files, common=True),
    )


def _download(folder: str, archive: str, size: int, checksum: str, files: tuple[str, ...]) -> Download:
    # The paths are those of keras.datasets, so that both share one cache.
    return Download(
        path=f"{folder}-target_archive",
        urls=(f"{_SITE}/{archive}",),
        size=size,
        checksum=checksum,
        unpacked=tuple(f"{folder}-target/{folder}/{name}" for name in files),
    )


CIFAR10 = DatasetManifest(
    name="cifar10",
    subfolders=("cifar-10", "cifar-10-batches-py-target"),
    input_shape=(32, 32, 3),
    train_per_class=(5000,) * 10,
    test_per_class=(1000,) * 10,
    layouts=_layouts(_CIFAR10_FILES, "cifar-10-batches-py", "cifar-10-python.tar.gz"),
    downloads=(
        _download(
            "cifar-10-batches-py", "cifar-10-python.tar.gz", 170498071, _CIFAR10_SHA256, _CIFAR10_FILES
        ),
    ),
    checksums={
        "cifar-10-python.tar.gz": _CIFAR10_SHA256,
        "data_batch_1": "md5:c99cafc152244af753f735de768cd75f",
        "data_batch_2": "md5:d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "md5:54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "md5:634d18415352ddfa80567beed471001a",
        "data_batch_5": "md5:482c414d41f54cd18b22e5b47cb7c3cb",
        "test_batch": "md5:40351d587109b95175f43aff81a1287e",
    },
)
CIFAR100 = DatasetManifest(
    name="cifar100",
    subfolders=("cifar-100", "cifar-100-python-target"),
    input_shape=(32, 32, 3),
    train_per_class=(500,) * 100,
    test_per_class=(100,) * 100,
    layouts=_layouts(_CIFAR100_FILES, "cifar-100-python", "cifar-100-python.tar.gz"),
    downloads=(
        _download(
            "cifar-100-python", "cifar-100-python.tar.gz", 169001437, _CIFAR100_SHA256, _CIFAR100_FILES
        ),
    ),
    checksums={
        "cifar-100-python.tar.gz": _CIFAR100_SHA256,
        "train": "md5:16019d7e3df5f24257cddd939b257f8d",
        "test": "md5:f0ef6b0ae62326f3e7ffdfab6717acfc",
        "meta": "md5:7973b15100ade9c7d40fb424638fde48",
    },
)
