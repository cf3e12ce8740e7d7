"""Checks of an augmentation."""
