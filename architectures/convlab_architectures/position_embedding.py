"""What tells a transformer where a patch is."""

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="convlab")
class PositionEmbedding(keras.layers.Layer):
    """Adds a learned vector to each element of a sequence ``(batch, length, dimension)``."""

    def build(self, input_shape: Any) -> None:
        """Create one vector for each place."""
        self.embedding = self.add_weight(
            shape=input_shape[1:],
            initializer=keras.initializers.TruncatedNormal(stddev=0.02),
            name="embedding",
        )

    def call(self, inputs: Any) -> Any:
        """Return the sequence with the vectors added."""
        return inputs + self.embedding
