"""The process, the operating system and TensorFlow: shared state, atomic writes, a quiet start."""
