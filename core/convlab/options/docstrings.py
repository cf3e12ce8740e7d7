"""The docstrings of a class's attributes: the string literal below each."""

import ast
import inspect
import textwrap
from itertools import pairwise


def attribute_docstrings(described: type) -> dict[str, str]:
    """Return the docstring of each annotated attribute of a class and of its base classes.

    Attributes without one, or of a class whose source is not available, are omitted.
    """
    found: dict[str, str] = {}
    for base in reversed(described.__mro__[:-1]):
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        except (OSError, TypeError, SyntaxError):  # the source is not on disk or does not parse
            continue
        # Since Python 3.13, getsource finds a class by line number alone, so it may return another one.
        bodies = (
            node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == base.__name__
        )
        for statement, below in pairwise(next(bodies, [])):
            match statement, below:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    found[name] = inspect.cleandoc(text)
    return found
