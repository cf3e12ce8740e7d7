"""A script that loads one dataset in a new interpreter, and prints what ``digest_of`` returns for it.

Reads ``{"origin": …, "target": …, "name": …, "options": {…}, "data_dir": …}`` from standard input.
"""

import json
import sys

from convlab.data.source import DataSource
from convlab.inspect.checks.datasets.digest import digest_of
from convlab.inspect.checks.plugins.import_probe import load
from convlab.options.reading import read_options
from convlab.parts import Dataset


def main() -> None:
    """Load the dataset that standard input names."""
    request = json.load(sys.stdin)
    output, sys.stdout = sys.stdout, sys.stderr  # so that the plugin cannot print into the result
    parts = load(request["origin"], request["target"])
    datasets = [part for part in parts if isinstance(part, Dataset) and part.name == request["name"]]
    if not datasets:
        sys.exit(f"{request['target']} does not provide it")
    [dataset] = datasets
    options = read_options(dataset.options, request["options"], key="dataset_options", owner=str(dataset))
    data = dataset.load(DataSource.from_environment(request["data_dir"]), options)
    json.dump(digest_of(data), output)


if __name__ == "__main__":
    main()
