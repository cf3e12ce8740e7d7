"""A name is resolved even if several plugins provide it, or the error says how to qualify it."""

from collections.abc import Callable

import pytest

from convlab import Architecture, Metric, PluginHost, UnknownNameError

Install = Callable[..., None]


def providing(*names: str) -> str:
    return f"""
from convlab import Architecture, hookimpl

def build(input_shape, num_classes, options):
    raise AssertionError("finding a part must not build it")

@hookimpl
def convlab_architectures():
    return [Architecture(name=name, summary="From " + __name__, build=build) for name in {names!r}]
"""


def test_a_bare_name_prefers_the_built_in_part(install: Install) -> None:
    install("a-first-in-the-alphabet", {"impostor": providing("cnn")})
    host = PluginHost()
    for name in ("cnn", "convlab:cnn"):
        assert host.find(Architecture, name).provider.origin == "built-in"
    assert host.find(Architecture, "a-first-in-the-alphabet:cnn").part.summary == "From impostor"


def test_a_bare_name_finds_a_third_party_part_if_the_name_is_unique(install: Install) -> None:
    install("convlab-one", {"one": providing("resnet20")})
    found = PluginHost().find(Architecture, "resnet20")
    assert found.qualified_name == "convlab-one:resnet20"


def test_a_name_shared_by_two_third_party_plugins_is_ambiguous_only_if_used_bare(
    install: Install, caplog: pytest.LogCaptureFixture
) -> None:
    install("convlab-one", {"one": providing("resnet20", "only_here")})
    install("convlab-two", {"two": providing("resnet20")})

    host = PluginHost(strict=True)

    assert host.failures == []
    assert caplog.records == []
    with pytest.raises(UnknownNameError) as raised:
        host.find(Architecture, "resnet20")
    assert str(raised.value) == (
        "several plugins provide the architecture 'resnet20'; "
        "write convlab-one:resnet20 or convlab-two:resnet20"
    )
    assert host.find(Architecture, "convlab-one:resnet20").part.summary == "From one"
    assert host.find(Architecture, "convlab-two:resnet20").part.summary == "From two"
    assert host.find(Architecture, "only_here").part.summary == "From one"


def test_a_plugin_can_use_the_same_name_for_parts_of_two_kinds(install: Install) -> None:
    metrics = """
from convlab import Metric

@hookimpl
def convlab_metrics():
    return [Metric(name="resnet20", summary="A metric", build=lambda num_classes, options: None)]
"""
    install("convlab-one", {"one": providing("resnet20") + metrics})
    host = PluginHost(strict=True)
    assert isinstance(host.find(Metric, "convlab-one:resnet20").part, Metric)
    assert isinstance(host.find(Architecture, "convlab-one:resnet20").part, Architecture)


def test_a_name_is_looked_up_only_among_parts_of_its_kind() -> None:
    with pytest.raises(UnknownNameError, match="unknown metric 'cnn'"):
        PluginHost(third_party=False).find(Metric, "cnn")


def test_the_canonical_name_is_bare_for_built_in_and_qualified_for_third_party_parts(
    install: Install,
) -> None:
    install("convlab-one", {"one": providing("resnet20")})
    host = PluginHost()
    built_in, third_party = host.find(Architecture, "cnn"), host.find(Architecture, "resnet20")
    assert (built_in.canonical_name, built_in.qualified_name) == ("cnn", "convlab:cnn")
    assert (third_party.canonical_name, str(third_party)) == (
        "convlab-one:resnet20",
        "architecture 'convlab-one:resnet20'",
    )
    for found in (built_in, third_party):
        assert host.find(Architecture, found.canonical_name) == found


def test_distribution_names_are_normalized_as_on_package_indexes(install: Install) -> None:
    install("My_Plug.In", {"mine": providing("net")}, version="2.1")
    found = PluginHost().find(Architecture, "my-plug-in:net")
    assert found.provider.record() == {
        "provider": "my-plug-in",
        "version": "2.1",
        "origin": "entry point",
        "target": "mine",
    }


CHOICES = (
    "choose from cnn, efficientnet_lite0, efficientnet_lite1, efficientnet_lite2, fastnet, lenet5, mlp, "
    "resnet, resnet20, vit_tiny"
)


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        (
            "resnet2",
            f"did you mean 'resnet20'? {CHOICES}",
        ),
        ("CNN", "did you mean 'cnn'?"),
        ("transformer", CHOICES),
        ("convlab_one:resnet20", "did you mean 'convlab-one:resnet20'?"),
        ("convlab:resnet20", "choose from convlab-one:resnet20, convlab:cnn, convlab:efficientnet_lite0, "),
        ("", CHOICES),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_name_and_all_choices(
    install: Install, name: str, suggestion: str
) -> None:
    install("convlab-one", {"one": providing("resnet20")})
    with pytest.raises(UnknownNameError) as raised:
        PluginHost().find(Architecture, name)
    assert str(raised.value).startswith(f"unknown architecture {name!r}; ")
    assert suggestion in str(raised.value)


def test_the_error_for_an_unknown_name_lists_the_plugins_that_failed(install: Install) -> None:
    install("convlab-broken", {"broken": "import no_such_module"})
    with pytest.raises(
        UnknownNameError, match=r"\(these plugins have errors: convlab-broken; see 'convlab plugins'\)"
    ):
        PluginHost().find(Architecture, "resnet20")
