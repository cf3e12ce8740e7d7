"""Looking for mistakes: the doctor of a run and the checks of plugins."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, ["checks", "doctor"])
