"""Checks and the doctor judge a part as a run would use it, whatever ``keras.json`` or a notebook sets."""

from typing import Any

import keras

from convlab import Experiment, check
from convlab.inspect.doctor.examination import examine


def judged() -> Any:
    """Return the outcomes of checks and of an examination, without their times."""
    checks = {
        name: [(result.check, result.status, result.message) for result in check(name).results]
        for name in ("top_k_accuracy", "sgd")
    }
    findings = examine(Experiment(architecture="mlp")).findings
    about_model = ("logits", "learning rate", "weights")
    return checks, [(each.topic, each.state, each.message) for each in findings if each.topic in about_model]


def test_checks_and_doctor_use_the_settings_of_a_run() -> None:
    expected = judged()
    keras.config.set_floatx("float16")
    keras.config.set_image_data_format("channels_first")
    try:
        assert judged() == expected
        assert (keras.config.floatx(), keras.config.image_data_format()) == ("float16", "channels_first")
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_image_data_format("channels_last")
