"""What the tests of faulty parts share."""

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
    """See a part fail the check of a name, which says what was found and how to mend it, and no other."""

    def assert_caught(part: Part, name: str, found: str, fix: str) -> None:
        [subject] = subjects_of(part, PluginHost(third_party=False), None, None)
        [asked] = [one for one in checks_of(part.kind) if one.name == name]
        result = perform(asked, subject)
        assert result.status == "failed", result
        assert found in result.message
        assert fix in result.fix
        assert result.why
        others = [other for other in subject.outcomes.values() if other.check != name]
        assert not [other for other in others if other.status == "failed"]

    return assert_caught
