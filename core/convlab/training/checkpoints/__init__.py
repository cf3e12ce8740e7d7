"""What is kept of a run under way, so that it can go on where it was."""

LAST, BEST = "last.safetensors", "best.safetensors"
