"""The files of data sets: where they are, their download and their checksums."""
