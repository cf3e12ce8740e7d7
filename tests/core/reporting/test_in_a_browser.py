"""Reports in a real browser, of real runs."""

from pathlib import Path

import pytest

from convlab import DataSettings, Experiment, ImageData, Report, Run, TrainSettings, report, run

from .browser import browser_page, find_browser
from .conftest import HOSTILE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_browser() is None, reason="Chromium is not installed"),
]

_BROKEN_IMAGES = (
    "Promise.all([...document.images].map(each => each.decode().then(() => 0, () => 1)))"
    ".then(found => found.reduce((sum, each) => sum + each, 0))"
)
_WIDTHS = "[document.documentElement.scrollWidth, window.innerWidth]"
_CELLS = (
    "[...document.querySelectorAll('table.sortable')[{table}].tBodies[0].rows]"
    ".map(row => row.cells[{column}].textContent)"
)
_CLICK = (
    "document.querySelectorAll('table.sortable')[{table}].tHead.rows[0].cells[{column}]"
    ".querySelector('button').click()"
)


@pytest.fixture(scope="module")
def reports(
    convolutional: Run, hostile_data: ImageData, runs_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> list[Report]:
    folder = tmp_path_factory.mktemp("reports")
    one, two = convolutional.folder, runs_dir / "plain"
    return [
        report(one, data=hostile_data, to=folder / "one.html"),
        report(one, two, data=hostile_data, to=folder / "two.html"),
    ]


@pytest.mark.parametrize(("width", "dark"), [(1200, False), (390, True)])
def test_every_image_is_shown_and_nothing_is_loaded_or_refused(
    reports: list[Report], tmp_path: Path, width: int, dark: bool
) -> None:
    with browser_page(tmp_path) as page:
        for made in reports:
            assert made.path is not None
            page.open(made.path, width=width, dark=dark)
            assert page.evaluate(_BROKEN_IMAGES) == 0
            assert page.problems == []
            assert page.requests == [made.path.as_uri()]
            scrolled, visible = page.evaluate(_WIDTHS)
            assert scrolled <= visible, "the page does not scroll sideways"
            assert page.evaluate("document.scripts.length") == 1


def test_tables_sort(reports: list[Report], tmp_path: Path) -> None:
    (made, _) = reports
    assert made.path is not None
    with browser_page(tmp_path) as page:
        page.open(made.path)
        recalls = []
        for _ in range(2):
            page.evaluate(_CLICK.format(table=0, column=2))
            recalls.append([float(text[:-2]) for text in page.evaluate(_CELLS.format(table=0, column=2))])
        assert len(recalls[0]) == len(HOSTILE)
        assert recalls == [sorted(recalls[0], reverse=True), sorted(recalls[0])]
        sorted_by = page.evaluate("document.querySelector('th[aria-sort]').textContent")
        assert sorted_by.startswith("recall")


def test_a_report_of_ten_thousand_test_images_is_small(whole_data_dir: Path, tmp_path: Path) -> None:
    experiment = Experiment(
        dataset="mnist", data=DataSettings(limit=2000), train=TrainSettings(epochs=1, max_steps=10)
    )
    made = run(experiment, data_dir=whole_data_dir, runs_dir=tmp_path, progress=False)
    written = report(made.folder)
    assert "10,000 test images" in written.html
    assert len(written.html) < 3_000_000
