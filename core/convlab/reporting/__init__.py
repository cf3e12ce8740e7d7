"""Reports and plots of runs: ``convlab report`` and ``convlab plot``."""
