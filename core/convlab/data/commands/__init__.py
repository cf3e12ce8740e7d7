"""The ``convlab data`` commands as functions."""
