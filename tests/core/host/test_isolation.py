"""Whatever a plugin's code raises or changes, the code of everyone else runs as if it had not."""

import locale
import logging
import os
import random
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from convlab import Metric, Optimizer, PluginError, PluginHost
from convlab.host.isolation import isolated
from convlab.host.provider import build_part
from convlab.system.keras_defaults import keras_defaults

VALID = """
from convlab import Metric, Optimizer, hookimpl

def misbehave(*arguments):
    {body}

{at_import}

@hookimpl
def convlab_optimizers():
    return [Optimizer(name="valid", summary="An optimizer", build=lambda rate, options: misbehave())]

@hookimpl
def convlab_metrics():
    {in_hook}
    return [Metric(name="valid", summary="A metric", build=lambda num_classes, options: None)]
"""

CHANGES = {
    "working directory": "import os; os.chdir('/')",
    "umask": "import os; os.umask(0)",
    "environment": "import os; os.environ['CUDA_VISIBLE_DEVICES'] = 'none'; os.environ.pop('HOME', None)",
    "module path": "import sys; sys.path.insert(0, '/shadowing'); sys.path.remove(sys.path[-1])",
    "locale": "import locale; locale.setlocale(locale.LC_ALL, 'C')",
    "recursion limit": "import sys; sys.setrecursionlimit(123_456)",
    "standard streams": "import io, sys; sys.stdout = sys.stderr = io.StringIO()",
    "Python's random generator": "import random; random.seed(0)",
    "NumPy's random generator": "import numpy; numpy.random.seed(0)",
    "NumPy's error state": "import numpy; numpy.seterr(all='raise')",
    "NumPy's print options": "import numpy; numpy.set_printoptions(precision=1)",
    "warnings": "import warnings; warnings.simplefilter('error')",
    "logging of everything": "import logging; logging.basicConfig(level=0, force=True)",
    "logging of convlab": "import logging.config; logging.config.dictConfig({'version': 1})",
    "logging, disabled": "import logging; logging.disable()",
    "signal handlers": "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)",
    "alarm": "import signal; signal.setitimer(signal.ITIMER_REAL, 1000)",
    "garbage collector": "import gc; gc.disable()",
    "timeout of sockets": "import socket; socket.setdefaulttimeout(1e-9)",
    "floatx": "import keras; keras.config.set_floatx('float16')",
    "epsilon": "import keras; keras.config.set_epsilon(0.1)",
    "image data format": "import keras; keras.config.set_image_data_format('channels_first')",
    "dtype policy": "import keras; keras.config.set_dtype_policy('mixed_float16')",
    "eager mode": "import tensorflow as tf; tf.config.run_functions_eagerly(True)",
}

# What they raise, and what the host says of it.
RAISED = {
    "GeneratorExit": ("raise GeneratorExit('mine')", "GeneratorExit: mine"),
    "CancelledError": ("import asyncio; raise asyncio.CancelledError('mine')", "CancelledError: mine"),
    "pytest's Skipped": ("import pytest; pytest.skip('mine', allow_module_level=True)", "Skipped: mine"),
    "its own KeyboardInterrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt: no message"),
    "its own class": ("raise type('Own', (BaseException,), {})('mine')", "Own: mine"),
    "an error that cannot be shown": (
        "raise type('Bad', (Exception,), {'__str__': lambda self: 1 / 0})()",
        "Bad: its message cannot be shown: __str__ raises ZeroDivisionError",
    ),
    "an error that exits when shown": (
        "raise type('Bad', (BaseException,), {'__str__': lambda self: exit()})()",
        "Bad: its message cannot be shown: __str__ raises SystemExit",
    ),
}


def plugin(folder: Path, body: str, *, when: str) -> Path:
    call = {"import": ("misbehave()", ""), "hook": ("", "misbehave()"), "factory": ("", "")}[when]
    file = folder / f"{when}.py"
    file.write_text(VALID.format(body=body, at_import=call[0], in_hook=call[1]), encoding="utf-8")
    return file


def shared_state() -> dict[str, Any]:
    """Return the state of the process that all code shares."""
    umask = os.umask(0o077)
    os.umask(umask)
    loggers = (logging.getLogger(), logging.getLogger("convlab"))
    return {
        "cwd": Path.cwd(),
        "umask": umask,
        "environment": dict(os.environ),
        "path": [folder for folder in sys.path if folder != "/shadowing"],
        "path, first": sys.path[0],
        "locale": locale.setlocale(locale.LC_ALL),
        "recursion": sys.getrecursionlimit(),
        "streams": (sys.stdout, sys.stderr),
        "random": random.getstate(),
        "numpy random": str(np.random.get_state()),
        "numpy errors": np.geterr(),
        "numpy printing": np.get_printoptions(),
        "warnings": list(warnings.filters),
        "logging": [(log.level, log.handlers[:], log.disabled, log.manager.disable) for log in loggers],
        "signals": signal.getsignal(signal.SIGINT),
        "alarm": signal.getitimer(signal.ITIMER_REAL)[0],
        "gc": __import__("gc").isenabled(),
        "sockets": __import__("socket").getdefaulttimeout(),
        **keras_settings(),
    }


def keras_settings() -> dict[str, Any]:
    return {
        "floatx": keras.config.floatx(),
        "epsilon": keras.config.epsilon(),
        "image data format": keras.config.image_data_format(),
        "dtype policy": keras.config.dtype_policy(),
        "eager": tf.config.functions_run_eagerly(),
    }


@pytest.mark.parametrize("body", CHANGES.values(), ids=CHANGES)
def test_what_a_plugin_changes_in_the_process_is_undone(tmp_path: Path, body: str) -> None:
    files = [plugin(tmp_path, body, when=when) for when in ("import", "hook", "factory")]
    before = shared_state()
    host = PluginHost(plugin_files=files[:1], third_party=False, strict=True)
    assert shared_state() == before
    host = PluginHost(plugin_files=files[1:], third_party=False, strict=True)
    assert shared_state() == before
    build_part(host.find(Optimizer, "factory.py:valid"), 0.1, None)
    assert shared_state() == before


@pytest.mark.parametrize("when", ["import", "hook", "factory"])
@pytest.mark.parametrize(("body", "message"), RAISED.values(), ids=RAISED)
def test_whatever_a_plugin_raises_only_it_fails(tmp_path: Path, body: str, message: str, when: str) -> None:
    host = PluginHost(plugin_files=[plugin(tmp_path, body, when=when)], third_party=False)
    if when == "factory":
        with pytest.raises(PluginError) as raised:
            build_part(host.find(Optimizer, "factory.py:valid"), 0.1, None)
        assert str(raised.value) == f"optimizer 'factory.py:valid' failed: {message}"
    else:
        [failure] = host.failures
        assert str(failure).endswith(f"failed at {when}: {message}")
        assert body.rpartition("; ")[2] in failure.traceback
    assert host.find(Metric, "accuracy").provider.name == "convlab"
    assert [part.part.name for part in host.parts(Optimizer) if part.provider.origin == "file"] == (
        [] if when == "import" else ["valid"]
    )


INTERRUPT = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"
SWALLOWED = f"""
    try:
        {INTERRUPT}
        import time; time.sleep(60)
    except BaseException:
        pass"""


@pytest.mark.parametrize("when", ["import", "hook"])
@pytest.mark.parametrize("body", [INTERRUPT, SWALLOWED], ids=["raised", "caught by the plugin"])
def test_the_users_own_interrupt_while_plugins_load_is_not_suppressed(
    tmp_path: Path, body: str, when: str
) -> None:
    with pytest.raises(KeyboardInterrupt):
        PluginHost(plugin_files=[plugin(tmp_path, body, when=when)], third_party=False)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_in_another_thread_an_interrupt_is_the_codes_own(tmp_path: Path) -> None:
    caught: list[BaseException | None] = []

    def run() -> None:
        with isolated() as code:
            os.chdir("/")
            raise KeyboardInterrupt
        caught.append(code.error)

    before = Path.cwd()
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert isinstance(caught[0], KeyboardInterrupt)
    assert Path.cwd() == before


def test_a_folder_that_a_plugin_adds_to_the_path_shadows_nothing_but_is_still_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", sys.path[:])
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "json.py").write_text("raise AssertionError", encoding="utf-8")
    (tmp_path / "mine" / "convlab_neighbour_of_plugin.py").write_text("name = 'found'", encoding="utf-8")
    body = f"import sys; sys.path.insert(0, {str(tmp_path / 'mine')!r})"
    PluginHost(plugin_files=[plugin(tmp_path, body, when="import")], third_party=False, strict=True)
    assert sys.path[-1] == str(tmp_path / "mine")
    assert __import__("convlab_neighbour_of_plugin").name == "found"


def test_convlab_computes_with_keras_defaults_and_restores_the_settings_of_a_notebook() -> None:
    defaults: Callable[[], dict[str, Any]] = keras_settings
    with isolated():
        expected = defaults()
        keras.config.set_floatx("float64")
        keras.config.set_epsilon(0.5)
        keras.config.set_image_data_format("channels_first")
        tf.config.run_functions_eagerly(True)
        of_notebook = defaults()
        with keras_defaults():
            assert defaults() == expected
        assert defaults() == of_notebook != expected
    assert defaults() == expected
