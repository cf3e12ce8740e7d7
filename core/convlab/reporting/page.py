"""Pages: HTML files that load nothing and execute only their own script, which sorts tables."""

import base64
import hashlib
import os
from importlib.resources import files
from pathlib import Path
from typing import Any

from convlab.drawing.figures import write_page
from convlab.drawing.html import templates
from convlab.errors import ConfigError
from convlab.system.regular_file import open_regular
from convlab.version import __version__

_MARK = b'<meta name="generator" content="convlab'
_HEAD = 2000  # bytes, in which the mark is


def write_report(path: Path, name: str, content: dict[str, Any]) -> str:
    """Write a page, and return its HTML.

    Args:
        path: the file.
        name: of the template.
        content: what it shows.

    Raises:
        ConfigError: the file exists and is not a page of convlab.
        ConvlabError: the file cannot be written.
    """
    check_replaceable(path)
    html = render(name, content)
    write_page(path, html.encode())
    return html


def check_replaceable(path: Path) -> None:
    """Check that a file does not exist, or is a report, which a new one may replace.

    Raises:
        ConfigError: it is anything else.
    """
    try:
        with os.fdopen(open_regular(path), "rb") as file:  # a pipe in the folder of a run must not block
            is_report = _MARK in file.read(_HEAD)
    except FileNotFoundError:
        return
    except OSError:
        is_report = False
    if not is_report:
        raise ConfigError(f"{str(path)!r} is not a report; it was not replaced, choose another `to`")


def render(name: str, content: dict[str, Any]) -> str:
    """Return a page; its policy allows its own style and script, and images within the page.

    Args:
        name: of the template.
        content: what it shows.
    """
    style, script = (_resource(file) for file in ("style.css", "sort.js"))
    policy = (
        f"default-src 'none'; img-src data:; style-src {_source(style)}; script-src {_source(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    page: str = (
        templates("convlab.reporting")
        .get_template(name)
        .render(**content, version=__version__, policy=policy, style=style, script=script)
    )
    return page


def _resource(name: str) -> Any:
    import markupsafe

    return markupsafe.Markup((files("convlab.reporting") / "templates" / name).read_text(encoding="utf-8"))


def _source(text: str) -> str:
    """Return the source expression of a Content-Security-Policy that allows exactly this text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
