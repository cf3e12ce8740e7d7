"""The training loops: one answer, two ways to drive the step."""
