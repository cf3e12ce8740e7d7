"""The plugin passes all checks of ``convlab check``."""

from collections.abc import Callable

from convlab.testing import parametrize_with_checks


@parametrize_with_checks("convlab-resnet")
def test_the_plugin_passes_the_check(check: Callable[[], None]) -> None:
    check()
