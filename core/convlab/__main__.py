"""Runs the command line with ``python -m convlab``."""

from convlab.cli import main

if __name__ == "__main__":
    main()
