"""convlab trains, compares and exports image classifiers on TensorFlow and Keras.

Datasets, augmentations, architectures, losses, optimizers, schedules, metrics and trackers are plugins. The
public names are listed in ``__init__.pyi``; each is imported when it is first used, so that ``import
convlab`` is fast.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
