"""Checks of a recipe."""
