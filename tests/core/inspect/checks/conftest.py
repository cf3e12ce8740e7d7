"""Fixtures for the tests of faulty parts."""

from collections.abc import Callable

import pytest

from convlab import PluginHost
from convlab.inspect.checks.registry import checks_of
from convlab.inspect.checks.running import perform
from convlab.inspect.checks.targets import subjects_of
from convlab.parts import Part

AssertCaught = Callable[[Part, str, str, str], None]


@pytest.fixture
def assert_caught() -> AssertCaught:
    """A function that asserts that a part fails one check with a message and a fix, and no other check."""

    def assert_caught(part: Part, name: str, found: str, fix: str) -> None:
        [subject] = subjects_of(part, PluginHost(third_party=False))
        [check] = [one for one in checks_of(part.kind) if one.name == name]
        result = perform(check, subject)
        assert result.status == "failed", result
        assert found in result.message
        assert fix in result.fix
        assert result.why
        others = [other for other in subject.outcomes.values() if other.check != name]
        assert not [other for other in others if other.status == "failed"]

    return assert_caught
