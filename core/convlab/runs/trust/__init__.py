"""Which code from a run folder may be executed on this machine."""
