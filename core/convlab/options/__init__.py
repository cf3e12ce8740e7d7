"""The options of a part: a frozen dataclass, described and validated."""

from convlab.options.reading import (
    OptionField,
    check_options_type,
    first_mistake,
    option_fields,
    read_options,
)

__all__ = ["OptionField", "check_options_type", "first_mistake", "option_fields", "read_options"]
