"""Looking for mistakes: the doctor and the checks."""
