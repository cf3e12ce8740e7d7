"""A script as a notebook: one cell of text and one of code per section."""

import json
import re


def notebook(text: str) -> str:
    """Return a script as a Jupyter notebook, format 4.5.

    Args:
        text: the script, whose sections start with lines such as ``# 2. Model``.
    """
    docstring, _, rest = text.removeprefix('"""').partition('"""\n')
    title, _, description = docstring.strip().partition("\n")
    setup, *sections = re.split(r"^# (?=\d\. )", rest, flags=re.MULTILINE)
    cells = [_text(f"# {title.rstrip('.')}\n{description}"), _code(setup)]
    for section in sections:
        heading, _, code = section.partition("\n")
        cells += [_text(f"## {heading}"), _code(code)]
    content = {
        "cells": [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells)],
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _text(text: str) -> dict[str, object]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.strip().splitlines(keepends=True)}


def _code(code: str) -> dict[str, object]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": code.strip("\n").splitlines(keepends=True),
    }
