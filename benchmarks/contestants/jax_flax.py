"""JAX with Flax NNX: a jitted step with the data in device memory."""

from collections.abc import Callable
from itertools import pairwise

import jax
import jax.numpy as jnp
import optax
from flax import nnx

from contestants.case import DENSE, DROPOUT, FILTERS, HIDDEN, LEARNING_RATE, Case


class _Network(nnx.Module):
    def __init__(self, case: Case, rngs: nnx.Rngs) -> None:
        dtype = jnp.bfloat16 if case.precision == "mixed_bfloat16" else jnp.float32
        self.kind = case.model
        if case.model == "resnet":
            raise SystemExit("the ResNet is not implemented in JAX")
        units = (28 * 28, *HIDDEN) if case.model == "mlp" else (7 * 7 * FILTERS[-1], DENSE)
        pairs = pairwise(units)
        self.hidden = nnx.List([nnx.Linear(i, o, dtype=dtype, rngs=rngs) for i, o in pairs])
        self.logits = nnx.Linear(units[-1], 10, dtype=dtype, rngs=rngs)
        channels = zip((1, *FILTERS), FILTERS, strict=False)
        convolutions = [nnx.Conv(i, o, (3, 3), dtype=dtype, rngs=rngs) for i, o in channels]
        self.convolutions = nnx.List(convolutions if case.model != "mlp" else [])
        norms = [nnx.BatchNorm(o, dtype=dtype, rngs=rngs) for o in FILTERS]
        self.norms = nnx.List(norms if case.model == "cnn_bn" else [])
        self.dropout = nnx.Dropout(DROPOUT if case.model == "cnn_bn" else 0.0, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        for number, convolution in enumerate(self.convolutions):
            x = convolution(x)
            x = nnx.relu(self.norms[number](x) if len(self.norms) else x)
            x = nnx.max_pool(x, (2, 2), strides=(2, 2))
        x = x.reshape(x.shape[0], -1)
        for layer in self.hidden:
            x = nnx.relu(layer(x))
        return self.logits(self.dropout(x)).astype(jnp.float32)


def prepare(case: Case) -> Callable[[int], None]:
    """Train with one jitted step per batch."""
    model = _Network(case, nnx.Rngs(0))
    optimizer = nnx.Optimizer(model, optax.adam(LEARNING_RATE), wrt=nnx.Param)
    images, labels = (jnp.asarray(array) for array in case.data())

    @nnx.jit
    def step(model: _Network, optimizer: nnx.Optimizer, batch: jax.Array) -> jax.Array:
        x, y = images[batch].astype(jnp.float32) / 255, labels[batch]

        def loss_function(model: _Network) -> jax.Array:
            return optax.softmax_cross_entropy_with_integer_labels(model(x), y).mean()

        loss, gradients = nnx.value_and_grad(loss_function)(model)
        optimizer.update(model, gradients)
        return loss

    def train(count: int) -> None:
        loss = jnp.zeros(())
        for epoch in range(count):
            order = jax.random.permutation(jax.random.key(epoch), case.images)
            for batch in order.reshape(-1, case.batch_size):
                loss = step(model, optimizer, batch)
        loss.block_until_ready()

    return train
