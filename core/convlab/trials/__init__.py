"""Many experiments, trained one after another in worker processes that stay warm."""
