"""Dataset files: finding, downloading and checking them."""
