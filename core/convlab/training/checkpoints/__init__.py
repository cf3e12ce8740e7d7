"""What is saved of a run in progress, so that it can resume."""

LAST, BEST = "last.safetensors", "best.safetensors"
# The best weights until a last state names them.
NEXT_BEST = "next-best.safetensors"
