"""Uses of a finished run: evaluation, prediction and export."""
