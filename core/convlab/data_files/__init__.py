"""The files of data sets: where they lie, what is in them, and their download."""
