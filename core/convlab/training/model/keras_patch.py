"""Keras methods replaced for the length of a block."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

# A class attribute is global: two threads that patch and restore in turn would leave a patch behind.
_lock = threading.RLock()


@contextmanager
def patched_method(owner: type, name: str, replacement: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Replace a method in this thread; all other threads still run the original.

    Args:
        owner: the class.
        name: the method.
        replacement: called in its place, with the same arguments.

    Yields:
        The original method.
    """
    with _lock:
        original = getattr(owner, name)
        thread = threading.get_ident()

        def dispatch(*arguments: Any, **keywords: Any) -> Any:
            chosen = replacement if threading.get_ident() == thread else original
            return chosen(*arguments, **keywords)

        setattr(owner, name, dispatch)
        try:
            yield original
        finally:
            setattr(owner, name, original)
