"""What a run folder may run here, and what it may not."""
