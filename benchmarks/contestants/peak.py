"""Measure the peak of the machine: floating-point operations per second of a large matrix product.

Usage: python -m contestants.peak    (prints JSON)
"""

import json
import os
import time

SIZE = 2048


def main() -> None:
    """Print the best of several repeats, for float32 and bfloat16."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow as tf

    peak = {}
    for precision, dtype in (("float32", tf.float32), ("mixed_bfloat16", tf.bfloat16)):
        matrix = tf.cast(tf.random.normal((SIZE, SIZE)), dtype)
        product = tf.function(lambda a: tf.matmul(a, a))
        product(matrix)
        seconds = []
        for _ in range(8):
            start = time.perf_counter()
            tf.reduce_sum(product(matrix)).numpy()
            seconds.append(time.perf_counter() - start)
        peak[precision] = 2 * SIZE**3 / min(seconds)
    print(json.dumps(peak))


if __name__ == "__main__":
    main()
