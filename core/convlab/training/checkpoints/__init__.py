"""What is saved of a run in progress, so that it can resume."""

LAST, BEST = "last.safetensors", "best.safetensors"
