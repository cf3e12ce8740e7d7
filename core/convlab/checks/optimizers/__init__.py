"""Checks of an optimizer."""
