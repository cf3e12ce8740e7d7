"""The manifests of MNIST and Fashion-MNIST."""

from convlab import DatasetManifest, Download, Layout

IDX = Layout(
    files=(
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ),
    gzipped=True,
    arrays={
        "train.images": "train-images-idx3-ubyte",
        "train.labels": "train-labels-idx1-ubyte",
        "test.images": "t10k-images-idx3-ubyte",
        "test.labels": "t10k-labels-idx1-ubyte",
    },
)
NPZ = Layout(files=("mnist.npz",))

# The addresses and paths are those of keras.datasets, so that both share one cache.
_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"
_ZALANDO = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"

MNIST = DatasetManifest(
    name="mnist",
    subfolders=("MNIST",),
    input_shape=(28, 28, 1),
    train_per_class=(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949),
    test_per_class=(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009),
    layouts=(IDX, NPZ),
    downloads=(
        Download(
            path="mnist.npz",
            urls=(f"{_KERAS}/mnist.npz", "https://s3.amazonaws.com/img-datasets/mnist.npz"),
            size=11490434,
            checksum="sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        ),
    ),
    sha256={
        "train.images": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
        "train.labels": "e474323ac02fc156161b0bbb1f8c9cfeb327a74bcd9f9680a8385269a24f566c",
        "test.images": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
        "test.labels": "2fd8de6bdb8d11780b4b96dc57847bcfe6953f7c32aa48bfcd8237c3b7847243",
    },
)


def _fashion(name: str, size: int, md5: str) -> Download:
    return Download(
        path=f"fashion-mnist/{name}",
        urls=(f"{_KERAS}/{name}", f"{_ZALANDO}/{name}"),
        size=size,
        checksum=f"md5:{md5}",
    )


FASHION_MNIST = DatasetManifest(
    name="fashion_mnist",
    subfolders=("fashion-mnist",),
    input_shape=(28, 28, 1),
    train_per_class=(6000,) * 10,
    test_per_class=(1000,) * 10,
    layouts=(IDX,),
    downloads=(
        _fashion("train-images-idx3-ubyte.gz", 26421880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        _fashion("train-labels-idx1-ubyte.gz", 29515, "25c81989df183df01b3e8a0aad5dffbe"),
        _fashion("t10k-images-idx3-ubyte.gz", 4422102, "bef4ecab320f06d8554ea6380940ec79"),
        _fashion("t10k-labels-idx1-ubyte.gz", 5148, "bb300cfdad3c16e7a12a480ee83cd310"),
    ),
    sha256={
        "train.images": "2e487a6c89124f78f2d7521542223cafe96f7123c3ca13d447772ac6ecbb3012",
        "train.labels": "e3245b63f7c40d1c8b652835f19744d970c1613b40ddac6bcfc87b9c46e16a0b",
        "test.images": "c867c93ff95360594e8ec3287995350b824dd110b11595c0e13d5423f621867a",
        "test.labels": "d51d859896c55775b9e9e219b77ff03bcec1b6ac322f313544dc3f9e7bc94fae",
    },
)
