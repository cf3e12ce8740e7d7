"""Text for people: suggestions, durations and single lines."""
