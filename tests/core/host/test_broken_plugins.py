"""However a plugin is broken, the host warns about it and everything else keeps working."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pluggy import PluginValidationError

from convlab import Metric, Optimizer, PluginError, PluginFailure, PluginHost
from convlab.parts import PART_TYPES, Part

Install = Callable[..., None]

# Each broken plugin has one valid hook, whose part must stay available.
VALID = """
import sys
from dataclasses import dataclass

from convlab import Architecture, Metric, Optimizer, hookimpl


@hookimpl
def convlab_optimizers():
    return [Optimizer(name="valid", summary="An optimizer", build=lambda learning_rate, options: None)]


def metric(name="valid", **changes):
    valid = {"name": name, "summary": "A metric", "build": lambda num_classes, options: None}
    return Metric(**valid | changes)
"""

NEIGHBOUR = """
from convlab import Metric, hookimpl


@hookimpl
def convlab_metrics():
    return [Metric(name="neighbour", summary="A metric", build=lambda num_classes, options: None)]
"""


def metrics_hook(body: str, mark: str = "@hookimpl", arguments: str = "") -> str:
    return f"{mark}\ndef convlab_metrics({arguments}):\n    {body}\n"


def options_hook(options: str) -> str:
    return f"{options}\n{metrics_hook('return [metric(options=Options)]')}"


# The source code, the stage and type of the failure, text in the message, the metrics that remain.
WAYS_TO_BREAK = [
    pytest.param("from math import nothing", "import", ImportError, "'nothing'", [], id="import error"),
    pytest.param(
        "import no_such_module", "import", ModuleNotFoundError, "'no_such_module'", [], id="missing module"
    ),
    pytest.param("def broken(:", "import", SyntaxError, "invalid syntax", [], id="syntax error"),
    pytest.param("sys.exit('leaving')", "import", SystemExit, "leaving", [], id="exits when imported"),
    pytest.param("sys.exit()", "import", SystemExit, "no message", [], id="exits silently"),
    pytest.param(
        "raise RuntimeError('one\\n\\n  two')", "import", RuntimeError, "one two", [], id="long message"
    ),
    pytest.param("PART = metric('No Name')", "import", ValueError, "'No Name'", [], id="invalid name"),
    pytest.param(
        "@hookimpl\ndef convlab_metric():\n    return []",
        "register",
        PluginValidationError,
        "unknown hook 'convlab_metric'; did you mean 'convlab_metrics'? choose from convlab_architectures, ",
        [],
        id="unknown hook",
    ),
    pytest.param(
        metrics_hook("return [metric()]", arguments="num_classes"),
        "register",
        PluginValidationError,
        "'convlab_metrics' takes no arguments, but the implementation requires 'num_classes'",
        [],
        id="hook with an argument",
    ),
    pytest.param(
        metrics_hook("yield metric()", mark="@hookimpl(hookwrapper=True)"),
        "register",
        PluginValidationError,
        "'convlab_metrics' cannot be a wrapper",
        [],
        id="hookwrapper",
    ),
    pytest.param(
        metrics_hook("return (yield)", mark="@hookimpl(wrapper=True)"),
        "register",
        PluginValidationError,
        "'convlab_metrics' cannot be a wrapper",
        [],
        id="wrapper",
    ),
    pytest.param(
        metrics_hook("return [metric()]", mark=""),
        "register",
        PluginValidationError,
        "'convlab_metrics' is not marked @hookimpl",
        [],
        id="unmarked hook",
    ),
    pytest.param(metrics_hook("1 / 0"), "hook", ZeroDivisionError, "division", [], id="hook raises"),
    pytest.param(metrics_hook("sys.exit(1)"), "hook", SystemExit, "1", [], id="hook exits"),
    pytest.param(
        metrics_hook("return metric()"),
        "hook",
        TypeError,
        "expected a list of parts from convlab_metrics, got metric 'valid'",
        [],
        id="single part instead of a list",
    ),
    pytest.param(
        metrics_hook("metric()"),
        "hook",
        TypeError,
        "expected a list of parts from convlab_metrics, got None",
        [],
        id="returns nothing",
    ),
    pytest.param(
        metrics_hook("yield metric('first')\n    raise OSError('gone')"),
        "hook",
        OSError,
        "gone",
        ["first"],
        id="generator raises midway",
    ),
    pytest.param(
        metrics_hook("return [metric('first'), 'accuracy', metric('last')]"),
        "item",
        TypeError,
        "expected Metric from convlab_metrics, got str",
        ["first", "last"],
        id="item of the wrong type",
    ),
    pytest.param(
        "class Unprintable:\n    def __repr__(self):\n        sys.exit()\n"
        + metrics_hook("return [Unprintable(), metric('last')]"),
        "item",
        TypeError,
        "expected Metric from convlab_metrics, got Unprintable",
        ["last"],
        id="item that cannot be printed",
    ),
    pytest.param(
        metrics_hook(
            "return [Architecture(name='net', summary='A net', build=lambda *args: None), metric('last')]"
        ),
        "item",
        TypeError,
        "expected Metric from convlab_metrics, got architecture 'net'",
        ["last"],
        id="part of another kind",
    ),
    pytest.param(
        metrics_hook("return [metric('same'), metric('same', summary='Another'), metric('last')]"),
        "item",
        ValueError,
        "duplicate metric 'convlab-broken:same'; keeping the one from broken",
        ["same", "last"],
        id="two items with the same name",
    ),
    pytest.param(
        metrics_hook("return [metric(summary='Two\\nlines')]"),
        "hook",
        ValueError,
        "metric 'valid': summary must be one line",
        [],
        id="summary of two lines",
    ),
    pytest.param(
        options_hook("class Options:\n    k: int = 1"),
        "hook",
        TypeError,
        "metric 'valid': options Options must be a dataclass; decorate it with @dataclass(frozen=True)",
        [],
        id="options that are not a dataclass",
    ),
    pytest.param(
        options_hook("@dataclass\nclass Options:\n    k: int = 1"),
        "hook",
        TypeError,
        "metric 'valid': options Options must be frozen",
        [],
        id="options that are not frozen",
    ),
    pytest.param(
        options_hook("@dataclass(frozen=True)\nclass Options:\n    k: int"),
        "hook",
        TypeError,
        "metric 'valid': option k of Options needs a default",
        [],
        id="option without a default",
    ),
    pytest.param(
        metrics_hook("return [metric(build=lambda options: None)]"),
        "hook",
        TypeError,
        "metric 'valid': build must accept build(num_classes, options)",
        [],
        id="factory with the wrong signature",
    ),
]


@pytest.mark.parametrize(("source", "stage", "error", "text", "remaining"), WAYS_TO_BREAK)
def test_the_host_warns_about_a_broken_plugin_in_one_line_and_everything_else_works(
    install: Install,
    caplog: pytest.LogCaptureFixture,
    source: str,
    stage: str,
    error: type[Exception],
    text: str,
    remaining: list[str],
) -> None:
    install("convlab-broken", {"broken": VALID + source}, version="0.3")
    install("convlab-neighbour", {"neighbour": NEIGHBOUR})

    host = PluginHost()

    [failure] = host.failures
    assert failure.stage == stage
    assert isinstance(failure.error, error)
    assert text in str(failure)
    assert warnings_of(caplog) == [f"plugin {failure.provider} failed at {stage}: {reason(failure)}"]
    assert str(failure.provider) == "convlab-broken 0.3 (entry point broken)"

    assert names(host, Metric, "convlab-broken") == remaining
    assert names(host, Optimizer, "convlab-broken") == ([] if stage == "import" else ["valid"])
    assert host.find(Metric, "neighbour").provider.name == "convlab-neighbour"
    built_ins = PluginHost(third_party=False)
    for part_type in PART_TYPES:
        assert names(host, part_type, "convlab") == names(built_ins, part_type, "convlab") != []


@pytest.mark.parametrize(("source", "stage", "error", "text", "remaining"), WAYS_TO_BREAK)
def test_a_broken_plugin_is_fatal_to_a_strict_host(
    install: Install,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    stage: str,
    error: type[Exception],
    text: str,
    remaining: list[str],
) -> None:
    install("convlab-broken", {"broken": VALID + source})
    monkeypatch.setenv("CONVLAB_STRICT_PLUGINS", "1")
    with pytest.raises(PluginError) as raised:
        PluginHost()
    cause = raised.value.__cause__
    assert isinstance(cause, error)
    assert not isinstance(cause, PluginError)
    assert str(raised.value).startswith(
        f"plugin convlab-broken 1.0 (entry point broken) failed at {stage}: {type(cause).__name__}: "
    )
    assert text in str(raised.value)


@pytest.mark.parametrize(
    ("target", "error", "text"),
    [
        ("neighbour:plugin", AttributeError, "has no attribute 'plugin'"),
        ("no_such_package.module", ModuleNotFoundError, "No module named 'no_such_package'"),
        ("not a module", Exception, ""),
    ],
    ids=["attribute", "module", "invalid name"],
)
def test_an_entry_point_with_a_missing_target_is_an_import_failure(
    install: Install, caplog: pytest.LogCaptureFixture, target: str, error: type[Exception], text: str
) -> None:
    install("convlab-missing", {}, entry_points={"missing": target})
    install("convlab-neighbour", {"neighbour": NEIGHBOUR})

    host = PluginHost()

    [failure] = host.failures
    assert (failure.provider.name, failure.provider.target) == ("convlab-missing", target)
    assert failure.stage == "import"
    assert isinstance(failure.error, error)
    assert text in str(failure)
    assert len(warnings_of(caplog)) == 1
    assert names(host, Metric, "convlab-neighbour") == ["neighbour"]


@pytest.mark.parametrize("second", ["convlab-neighbour", "convlab-other"])
def test_a_module_with_two_entry_points_is_loaded_once_with_a_warning(
    install: Install, caplog: pytest.LogCaptureFixture, second: str
) -> None:
    if second == "convlab-neighbour":
        install(second, {"neighbour": NEIGHBOUR}, entry_points={"one": "neighbour", "two": "neighbour"})
    else:
        install("convlab-neighbour", {"neighbour": NEIGHBOUR})
        install(second, {}, entry_points={"two": "neighbour"})

    host = PluginHost()

    assert names(host, Metric, "convlab-neighbour") == ["neighbour"]
    [failure] = host.failures
    assert failure.provider.name == second
    assert failure.stage == "register"
    assert str(failure.error) == "this plugin is already loaded; name it once"
    assert len(warnings_of(caplog)) == 1


def test_each_failure_of_a_plugin_is_logged_as_its_own_warning(
    install: Install, caplog: pytest.LogCaptureFixture
) -> None:
    source = VALID + metrics_hook("return [1, metric('good'), 2]")
    source += "@hookimpl\ndef convlab_samplers():\n    return []\n"
    source += "@hookimpl\ndef convlab_datasets():\n    raise OSError\n"
    install("convlab-broken", {"broken": source})

    host = PluginHost()

    assert [failure.stage for failure in host.failures] == ["register", "hook", "item", "item"]
    assert warnings_of(caplog) == [str(failure) for failure in host.failures]
    assert names(host, Metric, "convlab-broken") == ["good"]
    assert names(host, Optimizer, "convlab-broken") == ["valid"]


def test_a_hook_of_a_later_convlab_version_can_be_marked_optional(install: Install) -> None:
    source = VALID + "@hookimpl(optionalhook=True)\ndef convlab_samplers():\n    return []\n"
    install("convlab-newer", {"newer": source})
    host = PluginHost(strict=True)
    assert names(host, Optimizer, "convlab-newer") == ["valid"]


def test_the_traceback_of_a_failure_ends_at_the_line_of_the_plugin(install: Install) -> None:
    install("convlab-broken", {"broken": "def configure():\n    return {}['gpu']\n\nconfigure()\n"})
    [failure] = PluginHost().failures
    assert "broken.py" in failure.traceback
    assert "return {}['gpu']" in failure.traceback


@pytest.mark.parametrize("metadata", ["", "Metadata-Version: 2.1\nName: n\nAuthor: Andr\udce9\n"])
def test_a_distribution_without_readable_metadata_is_loaded_with_an_unknown_name_and_version(
    install: Install, metadata: str
) -> None:
    install("convlab-neighbour", {"neighbour": NEIGHBOUR}, metadata=metadata)
    found = PluginHost().find(Metric, "neighbour")
    assert (found.provider.name, found.provider.version) == ("unknown", None)
    assert str(found.provider) == "unknown (entry point neighbour)"


def test_a_failure_of_a_built_in_plugin_is_fatal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "convlab_plugins.py").write_text("import no_such_module", encoding="utf-8")
    monkeypatch.delitem(sys.modules, "convlab_plugins", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(PluginError, match=r"built-in convlab_plugins\) failed at import.*'no_such_module'"):
        PluginHost(third_party=False, strict=False)


def names(host: PluginHost, part_type: type[Part], provider: str) -> list[str]:
    return [found.part.name for found in host.parts(part_type) if found.provider.name == provider]


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    lines = [record.getMessage() for record in caplog.records if record.name == "convlab"]
    assert not [line for line in lines if "\n" in line]
    return lines


def reason(failure: PluginFailure) -> str:
    return f"{type(failure.error).__name__}: {' '.join(str(failure.error).split()) or 'no message'}"
