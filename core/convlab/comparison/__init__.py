"""Compares experiments over several seeds: ``convlab compare``."""
