"""From a resolved experiment to a trained model."""
