"""The dotted keys of settings, as ``-s``, a sweep's space and trackers write them."""

from convlab.parts import PART_TYPES

# The table of an experiment that the first word of a dotted key refers to.
TABLES = {"data": "data", "train": "train"} | {
    part_type.kind.word: part_type.kind.options_key for part_type in PART_TYPES
}
