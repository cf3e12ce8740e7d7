"""A folder of your own images."""
