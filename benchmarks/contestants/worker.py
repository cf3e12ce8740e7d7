"""Run one contestant in its own process: compile, then train for the epochs that each input line requests.

Usage: python -m contestants.worker MODULE:FUNCTION CASE_AS_JSON

Prints ``ready`` after the first epoch, then the time of each request in seconds.
"""

import importlib
import json
import os
import sys
import time

from contestants.case import Case


def main() -> None:
    """Serve requests until standard input is closed."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    module, function = sys.argv[1].split(":")
    case = Case(**json.loads(sys.argv[2]))
    train = getattr(importlib.import_module(f"contestants.{module}"), function)(case)
    train(1)
    print("ready", flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        train(int(line))
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
