"""Plugins that misbehave in all ways break no command that uses none of their parts, and change no result."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

PLUGINS = {
    "generator_exit": "raise GeneratorExit",
    "cancelled": "import asyncio; raise asyncio.CancelledError",
    "skipped": "import pytest; pytest.skip('mine', allow_module_level=True)",
    "interrupt": "raise KeyboardInterrupt",
    "unprintable": "raise type('Bad', (Exception,), {'__str__': lambda self: exit(3)})",
    "exits": "raise SystemExit(3)",
    "descriptor_1": "import os; os.write(1, b'from the descriptor')",
    "subprocess": "import os; os.system('echo from a subprocess')",
    "prints": "import sys; print('printed'); print('printed', file=sys.__stdout__)",
    "logging": "import logging; logging.basicConfig(level=0, force=True); logging.disable()",
    "folder": "import os; os.chdir('/')",
    "path": "import sys; sys.path[:] = ['/nowhere']",
    "umask": "import os; os.umask(0o777)",
    "random": "import random, numpy; random.seed(0); numpy.random.seed(0); numpy.seterr(all='raise')",
    "warnings": "import warnings; warnings.simplefilter('error')",
    "signals": "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); signal.alarm(1)",
    "keras": "import keras; keras.config.set_floatx('float16'); keras.config.set_epsilon(0.1)",
    "eager": "import tensorflow; tensorflow.config.run_functions_eagerly(True)",
    "thread": "import threading, time; threading.Thread(target=time.sleep, args=[600]).start()",
    "printing_thread": (
        "import itertools, threading, time\n"
        "def speak():\n    for number in itertools.count():\n        print(number); time.sleep(0.001)\n"
        "threading.Thread(target=speak, daemon=True).start()"
    ),
    "at_exit": "import atexit, time; atexit.register(time.sleep, 600)",
}
FAILING = ("generator_exit", "cancelled", "skipped", "interrupt", "unprintable", "exits")

COMMANDS = {
    "list": "list --json",
    "plugins": "plugins --json",
    "run": "run -a mlp -o sgd -e 1 --max-steps 5 --quiet --json -s train.compile=off",
}
SETS = [
    pytest.param(tuple(PLUGINS), id="all"),
    *(pytest.param((name,), id=name) for name in PLUGINS),
]


@pytest.fixture(scope="module")
def results_without(forked: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The result of each command without plugins."""
    folder = tmp_path_factory.mktemp("without")
    return {
        command: result(forked.run(folder, *line.split(), "--no-plugins"))
        for command, line in COMMANDS.items()
    }


def result(finished: Any) -> Any:
    """Return the printed JSON, without what differs from run to run."""
    assert finished.returncode == 0, finished.stderr
    shown = json.loads(finished.stdout)
    if "epochs" in shown:
        times = ("seconds", "images_per_second")
        epochs = [{name: epoch[name] for name in epoch if name not in times} for epoch in shown["epochs"]]
        return {"epochs": epochs, "test": shown["test"]}
    return shown


@pytest.mark.slow
@pytest.mark.parametrize("names", SETS)
def test_plugins_that_misbehave_break_no_command_and_change_no_result(
    forked: Any, tmp_path: Path, results_without: dict[str, Any], names: tuple[str, ...]
) -> None:
    files = []
    for name in names:
        (tmp_path / f"{name}.py").write_text(f"{PLUGINS[name]}\n", encoding="utf-8")
        files += ["--plugin", str(tmp_path / f"{name}.py")]
    for command, line in COMMANDS.items():
        finished = forked.run(tmp_path, *line.split(), "--no-plugins", *files)
        shown = result(finished)
        if command == "plugins":
            failed = {failure["provider"]: failure["stage"] for failure in shown["failures"]}
            assert failed == {f"{name}.py": "import" for name in names if name in FAILING}
            loaded = [plugin for plugin in shown["plugins"] if plugin["origin"] == "built-in"]
            assert loaded == results_without["plugins"]["plugins"]
        else:
            assert shown == results_without[command]
        warnings = [line for line in finished.stderr.splitlines() if line.startswith("warning: ")]
        assert len(warnings) == len(set(names) & set(FAILING))


def test_ctrl_c_while_a_plugin_is_imported_interrupts_the_command(forked: Any, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(
        "import pathlib, time\npathlib.Path('imported').touch()\n"
        "try:\n    time.sleep(600)\nexcept BaseException:\n    pass\n",
        encoding="utf-8",
    )
    process = forked.start(tmp_path, "list", "--plugin", "slow.py")
    while not (tmp_path / "imported").exists():
        time.sleep(0.01)
    os.kill(process, signal.SIGINT)
    finished = forked.wait()
    assert (finished.returncode, finished.stdout, finished.stderr) == (130, "", "error: interrupted\n")


def test_a_plugin_that_imports_keras_at_the_top_gets_one_line_without_tensorflows_messages(
    tmp_path: Path,
) -> None:
    (tmp_path / "mine.py").write_text("import keras\n", encoding="utf-8")
    finished = subprocess.run(
        [sys.executable, "-m", "convlab", "list", "metrics", "--json", "--plugin", "mine.py"],
        cwd=tmp_path,
        env=os.environ | {"KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stderr == (
        "warning: plugin 'mine.py' imports keras at the top, which slows down every command; import it "
        "inside the functions that use it, such as build\n"
    )
    assert json.loads(finished.stdout)[0]["name"] == "accuracy"
