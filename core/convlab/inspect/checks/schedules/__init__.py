"""Checks of a learning rate schedule."""
