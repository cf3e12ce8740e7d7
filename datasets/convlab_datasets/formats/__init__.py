"""The file formats that data sets come in."""
