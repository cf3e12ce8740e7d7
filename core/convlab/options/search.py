"""The range in which a sweep looks for an option's value."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Search:
    """The values of an option that are worth trying: ``convlab sweep --space auto``.

    Attributes:
        low: the smallest value; an integer for an integer option.
        high: the largest value.
        log: whether to search orders of magnitude.
        choices: the values to choose from instead: numbers, text, booleans, or lists of numbers.

    Example::

        @dataclass(frozen=True)
        class Options:
            momentum: Annotated[float, Search(low=0.8, high=0.99)] = 0.9
            width: Annotated[int, Search(choices=(16, 32, 64))] = 32
    """

    low: float | None = None
    high: float | None = None
    log: bool = False
    choices: tuple[object, ...] = ()

    def __post_init__(self) -> None:
        if self.choices:
            if (self.low, self.high, self.log) != (None, None, False):
                raise ValueError("Search: expected either choices, or low and high")
            return
        if self.low is None or self.high is None or not self.low < self.high:
            raise ValueError(f"Search: expected low < high, got {self.low} and {self.high}")
        if self.log and self.low <= 0:
            raise ValueError(f"Search: low must be greater than 0 for a logarithmic range, got {self.low}")
