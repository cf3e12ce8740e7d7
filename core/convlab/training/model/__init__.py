"""The model: built, preprocessed, compiled, measured."""
