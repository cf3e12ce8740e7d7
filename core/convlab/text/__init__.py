"""Words for people: suggestions, durations and sizes."""
