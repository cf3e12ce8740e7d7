"""A report says what the run found, and nothing in it executes or loads anything."""

import base64
import json
import os
import re
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from convlab import (
    ConfigError,
    Experiment,
    ImageData,
    PluginHost,
    Report,
    Run,
    TrainSettings,
    evaluate,
    report,
    run,
)
from convlab.cli.app import app
from convlab.reporting.page import check_replaceable
from convlab.reporting.score import wilson_interval

from .conftest import HOSTILE
from .page import ParsedPage


@pytest.fixture(scope="module")
def hostile_report(convolutional: Run, hostile_data: ImageData) -> Report:
    return report(convolutional, data=hostile_data)


@pytest.fixture(scope="module")
def page(hostile_report: Report) -> ParsedPage:
    return ParsedPage(hostile_report.html)


def test_the_verdict_is_that_of_the_run(convolutional: Run, page: ParsedPage, hostile_report: Report) -> None:
    assert hostile_report.missing == {}
    accuracy = convolutional.test["accuracy"]
    assert page.row("this network")[-1] == f"{100 * accuracy:.2f}\N{NO-BREAK SPACE}%"
    low, high = wilson_interval(round(80 * accuracy), 80)
    shown = f"95% interval {100 * low:.2f}\N{NO-BREAK SPACE}% to {100 * high:.2f}\N{NO-BREAK SPACE}% (Wilson)"
    assert shown in page.text
    assert "accuracy on 80 test images" in page.text


def test_the_tables_have_the_numbers_of_the_evaluation(
    convolutional: Run, hostile_data: ImageData, page: ParsedPage
) -> None:
    evaluation = evaluate(convolutional.folder, data=hostile_data)
    width = len(HOSTILE) + 1
    matrix = [row for row in page.cells if len(row) == width][1:]
    assert [row[1:] for row in matrix] == [
        [str(images) if images else "·" for images in row] for row in evaluation.confusion_matrix
    ]
    for each in evaluation.classes:
        row = next(row for row in page.cells if row[0] == shown(each.name) and len(row) == 5)
        assert row[4] == str(each.support)
        assert row[2] == f"{100 * each.recall:.2f}\N{NO-BREAK SPACE}%"
    parameters = page.row("total")[3]
    assert parameters == f"{convolutional.parameters:,}"


def shown(name: str) -> str:
    return name.replace("\u202e", "\\u202e").replace("\x00", "\\x00")


def test_names_of_others_are_text(page: ParsedPage) -> None:
    for name in HOSTILE:
        assert shown(name) in page.text
    assert "\u202e" not in page.text, "nothing reorders the page"
    assert [tag for tag, _ in page.elements].count("script") == 1
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (
            tag,
            attributes,
        )
    for image in page.of("img"):
        assert re.match(r"data:image/(png|jpeg|svg\+xml);base64,[\w+/=]+$", image["src"])
        assert image["alt"]


def test_the_page_loads_nothing_and_allows_only_its_own_script(
    hostile_report: Report, page: ParsedPage
) -> None:
    (policy,) = [
        each["content"] for each in page.of("meta") if each.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'; img-src data:; ")
    assert "unsafe" not in policy
    loading = {"src", "href", "srcset", "action", "data"}
    addresses = [each[name] for _, each in page.elements for name in loading & set(each)]
    assert addresses
    assert all(address.startswith(("data:image/", "#")) for address in addresses)
    assert "http://" not in page.text
    assert len(hostile_report.html) < 1_000_000


def test_text_in_figures_cannot_be_markup(page: ParsedPage) -> None:
    figures = [
        base64.b64decode(source.partition(",")[2]).decode()
        for source in (image["src"] for image in page.of("img"))
        if source.startswith("data:image/svg+xml")
    ]
    assert len(figures) == 4, "loss, accuracy, learning rate and calibration"
    assert not [svg for svg in figures if "<script" in svg or "onerror" in svg]


def test_the_page_has_a_structure_for_screen_readers(page: ParsedPage) -> None:
    headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert headings.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))
    identifiers = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    assert {link["href"][1:] for link in page.of("a")} <= set(identifiers)
    assert page.of("html")[0]["lang"] == "en"
    assert all("scope" in heading for heading in page.of("th"))


def test_a_sealed_test_set_stays_sealed(runs_dir: Path, tmp_path: Path) -> None:
    run = shutil.copytree(runs_dir / "plain", tmp_path / "sealed")
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    (run / "summary.json").write_text(json.dumps(summary | {"test": None}), encoding="utf-8")
    page = ParsedPage(report(run).html)
    images = evaluate(run, split="validation").images
    assert f"accuracy on {images} validation images" in page.text
    assert "The test set is sealed" in page.text


def test_a_run_that_was_killed_is_described_as_far_as_it_came(runs_dir: Path, tmp_path: Path) -> None:
    run = shutil.copytree(runs_dir / "plain", tmp_path / "killed")
    for file in ("summary.json", "model.keras"):
        (run / file).unlink()
    made = report(run)
    assert list(made.missing) == ["the run has not finished; continue it with 'convlab resume'"]
    page = ParsedPage(made.html)
    assert "Curve of accuracy over 1 epochs" in " ".join(image["alt"] for image in page.of("img"))
    assert f"convlab resume {run}" in page.text
    (run / "metrics.jsonl").write_text("nonsense\n", encoding="utf-8")
    page = ParsedPage(report(run).html)
    assert "metrics.jsonl' is damaged" in page.text
    (run / "metrics.jsonl").unlink()
    assert "interrupted" in ParsedPage(report(run).html).text


def test_an_mlp_has_no_filters_and_its_plugin_may_be_untrusted(runs_dir: Path) -> None:
    assert report("plain", runs_dir=runs_dir).missing == {
        "the network has no convolution, so there are no filters to show": [
            "Grad-CAM",
            "feature maps",
            "filters",
        ]
    }
    made = report("customized", runs_dir=runs_dir)
    assert [reason for reason in made.missing if "doubling.py" in reason]
    page = ParsedPage(made.html)
    assert "Not shown" in page.text
    assert "The run recorded on its test set: loss" in page.text
    assert "The 95% interval of the accuracy is" in page.text


@pytest.mark.slow
def test_two_test_images_have_an_interval_and_a_warning(tmp_path: Path, hostile_data: ImageData) -> None:
    train, (images, labels) = hostile_data.train, hostile_data.test
    data = ImageData(train=train, test=(images[:2], labels[:2]), class_names=[*"abcdefgh"])
    experiment = Experiment(architecture="mlp", train=TrainSettings(epochs=1, max_steps=2))
    host = PluginHost(third_party=False)
    made = run(experiment, data=data, host=host, runs_dir=tmp_path, progress=False)
    page = ParsedPage(report(made.folder, data=data).html)
    assert "accuracy on 2 test images" in page.text
    assert "With only 2 images, the interval is wide" in page.text


def test_several_runs_are_compared_by_their_validation_scores(
    convolutional: Run, runs_dir: Path, hostile_data: ImageData
) -> None:
    html = report(convolutional.folder, runs_dir / "plain", convolutional.folder, data=hostile_data).html
    page = ParsedPage(html)
    assert "2 runs" in page.text
    assert "datasets 'arrays', 'digits', so their scores do not compare" in page.text
    for name, folder in (("<b>run", convolutional.folder), ("plain", runs_dir / "plain")):
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        row = next(row for row in page.cells if row[0] == name)
        assert row[3] == f"{summary['epochs'][-1]['val_accuracy']:.4f}"
        assert f"{summary['parameters']:,}" in row[8]
    scores = [float(row[3]) for row in page.cells if row[0] in ("<b>run", "plain") and len(row) == 10]
    assert scores == sorted(scores, reverse=True)


def test_a_report_replaces_only_a_report(runs_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "new" / "report.html"
    first = report("plain", runs_dir=runs_dir, to=file)
    assert first.path == file
    assert file.read_text(encoding="utf-8") == first.html
    check_replaceable(file)
    notes = tmp_path / "notes.html"
    notes.write_text("mine")
    os.mkfifo(tmp_path / "pipe.html")
    for mine in (notes, tmp_path, tmp_path / "pipe.html"):
        with pytest.raises(ConfigError, match="is not a report; it was not replaced, choose another `to`"):
            report("plain", runs_dir=runs_dir, to=mine)
    assert notes.read_text() == "mine"
    with pytest.raises(ConfigError, match="expected at least one run"):
        report()


def test_the_command_writes_into_the_folder_of_the_run(runs_dir: Path, tmp_path: Path) -> None:
    run = shutil.copytree(runs_dir / "plain", tmp_path / "a run")
    done = CliRunner().invoke(app, ["report", str(run)])
    assert done.exit_code == 0, done.output
    assert str(run / "report.html") in done.stdout.replace("\n", "")
    assert "not shown" in done.stdout
    refused = CliRunner().invoke(app, ["report", str(run), "--to", str(run / "summary.json")])
    assert (refused.exit_code, "choose another --to" in refused.stderr) == (2, True)


def test_a_notebook_shows_a_report_in_a_frame(hostile_report: Report) -> None:
    frame = ParsedPage(hostile_report._repr_html_()).of("iframe")[0]
    assert frame["sandbox"] == "allow-scripts"
    assert frame["srcdoc"] == hostile_report.html


@pytest.mark.parametrize(("correct", "images", "low", "high"), [(9, 10, 0.5958, 0.9821), (0, 1, 0.0, 0.7935)])
def test_the_interval_is_wilsons(correct: int, images: int, low: float, high: float) -> None:
    assert np.allclose(wilson_interval(correct, images), (low, high), atol=1e-4)
