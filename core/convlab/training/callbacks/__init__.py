"""What watches a run: progress, trackers, checkpoints and signals."""
