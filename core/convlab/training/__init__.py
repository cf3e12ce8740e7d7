"""Training: from a resolved experiment to a trained model."""
