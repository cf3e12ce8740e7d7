"""The file formats of published datasets."""
