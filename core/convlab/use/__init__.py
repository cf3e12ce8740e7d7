"""What a finished run is used for: evaluation, prediction and export."""
