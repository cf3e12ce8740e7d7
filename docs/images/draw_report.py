"""Draw the picture of a report, from a real run on MNIST, with headless Chromium.

Usage: python docs/images/draw_report.py
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

from convlab import DataSettings, Experiment, TrainSettings, report, run

FILE = Path(__file__).with_name("report.png")
WIDTH, HEIGHT = 1180, 1330
COLORS = 64


def main() -> None:
    """Train, report and take the picture."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        raise SystemExit("Chromium is not installed")
    experiment = Experiment(dataset="mnist", data=DataSettings(limit=12000), train=TrainSettings(epochs=4))
    with tempfile.TemporaryDirectory() as folder:
        made = run(experiment, runs_dir=folder, name="mnist-cnn")
        page, picture = Path(folder, "report.html"), Path(folder, "report.png")
        report(made, to=page)
        flags = ("--headless", "--no-sandbox", "--hide-scrollbars", f"--window-size={WIDTH},{HEIGHT}")
        command = [browser, *flags, f"--user-data-dir={folder}/profile", f"--screenshot={picture}"]
        subprocess.run([*command, page.as_uri()], check=True, capture_output=True)
        Image.open(picture).convert("RGB").quantize(COLORS).save(FILE, optimize=True)


if __name__ == "__main__":
    main()
