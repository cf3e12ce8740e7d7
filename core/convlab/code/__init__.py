"""The plain Keras script of a run: the same data, model and training without convlab."""
