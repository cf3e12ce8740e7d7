"""The operating system and TensorFlow: atomic writes and a quiet start of TensorFlow."""
