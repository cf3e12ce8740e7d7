"""The operating system and TensorFlow: files written whole, TensorFlow started quietly."""
