"""The built-ins pass the same checks as other plugins."""

from collections.abc import Callable

from convlab import PluginHost
from convlab.testing import parametrize_with_checks

BUILT_INS = PluginHost(third_party=False)


@parametrize_with_checks(
    *(
        "mlp",
        "cnn",
        "fastnet",
        "sgd",
        "adam",
        "adamw",
        "rmsprop",
        "lion",
        "muon",
        "flip",
        "mixup",
        "rotation",
        "cross_entropy",
        "focal",
        "step",
        "one_cycle",
        "reduce_on_plateau",
        "accuracy",
        "top_k_accuracy",
        "macro_f1",
        "balanced_accuracy",
        "cohen_kappa",
        "roc_auc",
        "calibration_error",
        "digits",
    ),
    host=BUILT_INS,
)
def test_a_built_in_passes_every_check(check: Callable[[], None]) -> None:
    check()
