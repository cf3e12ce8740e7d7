"""Checks of an architecture."""
