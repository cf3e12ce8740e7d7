"""Test-time flips average the logits of both mirror images, and are reported next to the plain results."""

from pathlib import Path

import numpy as np
import pytest

from convlab import DataSettings, Experiment, PluginHost, TrainSettings, run


def test_the_results_are_those_of_the_mean_logits_and_the_plain_ones_stay(tmp_path: Path) -> None:
    host = PluginHost(third_party=False)
    results = {}
    for flips in (False, True):
        train = TrainSettings(epochs=1, compile="off", test_flips=flips)
        experiment = Experiment(architecture="mlp", data=DataSettings(limit=300), train=train)
        results[flips] = run(experiment, host=host, runs_dir=tmp_path, name=f"{flips}", progress=False)
    plain, both = results[False].test, results[True].test
    assert {name: value for name, value in both.items() if not name.startswith("tta_")} == plain
    assert set(both) == {*plain, *(f"tta_{name}" for name in plain)}

    from convlab import prepare

    data = prepare(results[True].experiment, host=host).data
    images, labels = np.asarray(data.test.images), data.test.labels
    model = results[True].model
    logits = (np.asarray(model(images)) + np.asarray(model(images[:, :, ::-1]))) / 2
    assert both["tta_accuracy"] == pytest.approx((logits.argmax(axis=1) == labels).mean())
    assert results[True].summary()["test"] == both
