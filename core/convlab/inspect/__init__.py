"""The doctor and the checks, which look for mistakes."""
