"""The datasets included with convlab."""

from collections.abc import Iterable

from convlab import Dataset, hookimpl
from convlab_datasets.arrays import ARRAYS
from convlab_datasets.cifar.dataset import CIFAR10, CIFAR100
from convlab_datasets.digits import DIGITS
from convlab_datasets.folder.dataset import FOLDER
from convlab_datasets.mnist.dataset import FASHION_MNIST, MNIST


@hookimpl
def convlab_datasets() -> Iterable[Dataset]:
    """Return scikit-learn's digits, MNIST, Fashion-MNIST, CIFAR-10, CIFAR-100, and the user's own images."""
    return [DIGITS, MNIST, FASHION_MNIST, CIFAR10, CIFAR100, FOLDER, ARRAYS]
