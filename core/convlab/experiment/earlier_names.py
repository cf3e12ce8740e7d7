"""Settings under the names that earlier versions of convlab had for them."""

from typing import Any

# Where a setting is now that has no meaning of its own in its former table.
MOVED = {"train.schedule": "schedule"}


def with_current_names(tables: dict[str, Any]) -> dict[str, Any]:
    """Return an experiment's tables with each renamed setting under its current name.

    ``data.without`` is now ``data.exclude``, ``train.keep`` is ``train.restore_best``, and ``train.schedule``
    is ``schedule``. A setting that is also given under its current name stays, and is then refused.
    """
    tables = dict(tables)
    for title in ("data", "train"):
        if isinstance(tables.get(title), dict):
            tables[title] = dict(tables[title])
    data, train = tables.get("data"), tables.get("train")
    if isinstance(data, dict) and "without" in data and "exclude" not in data:
        data["exclude"] = data.pop("without")
    if isinstance(train, dict):
        if train.get("keep") in ("best", "last") and "restore_best" not in train:
            train["restore_best"] = train.pop("keep") == "best"
        if "schedule" in train and "schedule" not in tables:
            tables["schedule"] = train.pop("schedule")
    return tables
