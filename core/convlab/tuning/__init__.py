"""Searches the settings of an experiment: ``convlab sweep``."""
