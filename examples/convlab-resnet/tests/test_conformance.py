"""All that convlab asks of a plugin."""

from collections.abc import Callable

from convlab.testing import parametrize_with_checks


@parametrize_with_checks("convlab-resnet")
def test_it_is_a_good_plugin(check: Callable[[], None]) -> None:
    check()
