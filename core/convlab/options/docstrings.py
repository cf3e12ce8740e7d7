"""What a class says of its attributes, in a string below each."""

import ast
import inspect
import textwrap
from itertools import pairwise


def attribute_docstrings(described: type) -> dict[str, str]:
    """Return the string below each annotated attribute of a class and of those it inherits from.

    An attribute without one, or whose class was written where its source cannot be read, is left out.
    """
    found: dict[str, str] = {}
    for base in reversed(described.__mro__[:-1]):
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        except (OSError, TypeError, SyntaxError):  # a class whose source is not on disk, or cannot be cut out
            continue
        # From Python 3.13 on, a class written elsewhere is cut out of its module by line number alone.
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
