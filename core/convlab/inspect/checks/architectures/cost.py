"""How large a network is, and what an image costs it."""

from convlab.inspect.checks.architectures.subject import ArchitectureSubject, in_words
from convlab.inspect.checks.outcome import Figures
from convlab.inspect.checks.registry import check


@check(
    "Its parameters and cost are known",
    why="they say which networks can be compared, and what a run will take",
    fix="build the network from keras layers alone, whose operations TensorFlow's profiler counts",
    needs=("output_width",),
)
def cost(subject: ArchitectureSubject) -> Figures:
    """Count the weights, and the operations of one image's way forward."""
    import keras

    from convlab.training.model.cost import forward_flops

    inputs = keras.Input(subject.shape)
    network = keras.Model(inputs, subject.model(inputs))
    return {
        "parameters": subject.model.count_params(),
        "flops": forward_flops(network),
        "input_shape": in_words(subject.shape),
    }
