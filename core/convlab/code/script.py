"""The text of a script that trains as a run did."""

import re
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from convlab.code.data import Loading
from convlab.code.expressions import Call, literal
from convlab.code.model import written_model
from convlab.code.training import written_loss, written_metrics, written_optimizer, written_rate
from convlab.training.evaluator import chunk_size
from convlab.training.model.seed_state import is_seed_state
from convlab.training.preparation import Prepared
from convlab.training.warm_up import WarmUp

if TYPE_CHECKING:
    import jinja2

Loop = Literal["tape", "fit"]


def script(prepared: Prepared, load: Loading, loop: Loop, *, epochs: int, tested: bool, xla: bool) -> str:
    """Return a script that loads the images, builds the model, and trains and tests it.

    Args:
        prepared: the run's experiment, before training.
        load: how it loads its images.
        loop: which loop it trains with.
        epochs: how many the run trained.
        tested: whether the run evaluated its test set.
        xla: whether XLA compiled its step.

    Raises:
        ExportError: a part of the run cannot be written without convlab.
    """
    experiment, plan = prepared.resolved.experiment, prepared.plan
    name = prepared.resolved.architecture.part.name
    standard = prepared.resolved.scaling == "standard"
    optimizer, completed = written_optimizer(prepared)
    rate = written_rate(prepared.rate, f"schedule {prepared.resolved.schedule.part.name!r}")
    randomness = experiment.data.validation > 0 or experiment.data.limit is not None
    uses_tf = loop == "tape" or experiment.train.deterministic
    last_steps = plan.steps(epochs)
    added = " + sum(model.losses)" if prepared.model.losses else ""
    text = (
        _templates()
        .get_template("script.py.jinja")
        .render(
            architecture=name,
            dataset=prepared.resolved.dataset.part.name,
            imports=_imports(load, hashlib=randomness, tensorflow=uses_tf),
            constants=load.constants,
            seed=plan.seed,
            epochs=epochs,
            batch_size=plan.batch_size,
            chunk=chunk_size(prepared.model),
            deterministic=experiment.train.deterministic,
            precision=prepared.precision,
            functions=load.functions,
            randomness=randomness,
            load=load.code,
            per_class=_used_per_class(prepared) if experiment.data.limit is not None else None,
            validation=literal(experiment.data.validation) if experiment.data.validation else "",
            shape=", ".join(map(str, prepared.data.input_shape)),
            standard=standard,
            constant_channel=standard and _has_constant_channel(prepared),
            dropout=any(map(is_seed_state, prepared.model.variables)),
            model=written_model(
                prepared.model,
                f"architecture {name!r}",
                scaling=_scaling(prepared.resolved.scaling, prepared.precision),
                precision=prepared.precision,
            ),
            warmup=isinstance(prepared.rate, WarmUp),
            loop=loop,
            loss=written_loss(prepared).written("loss_fn = "),
            total_loss=f"loss_fn(labels, logits){added}",
            metrics=written_metrics(prepared).written("metrics = "),
            learning_rate=_assigned("learning_rate", rate),
            optimizer=_assigned("optimizer", optimizer),
            optimizer_completed=completed,
            xla=xla,
            last_images=plan.images_seen(last_steps) if last_steps < plan.steps_per_epoch else None,
            test=tested,
        )
    )
    return _spaced(text)


def _assigned(name: str, value: str | Call) -> str:
    return value.written(f"{name} = ") if isinstance(value, Call) else f"{name} = {value}"


def _imports(load: Loading, *, hashlib: bool, tensorflow: bool) -> list[str]:
    standard = sorted([*load.modules, *(["hashlib"] if hashlib else [])])
    lines = ["import keras", "import numpy as np", *(["import tensorflow as tf"] if tensorflow else [])]
    return [
        *(f"import {name}" for name in standard),
        *([""] if standard else []),
        *lines,
        "from keras import layers",
        *load.imported,
    ]


def _scaling(scaling: str, precision: str) -> str:
    dtype = "" if precision == "float32" else ', dtype="float32"'
    if scaling == "standard":
        return f"layers.Normalization(mean=mean, variance=variance{dtype})"
    return f"layers.Rescaling({'1 / 255' if scaling == 'unit' else '1.0'}{dtype})"


def _has_constant_channel(prepared: Prepared) -> bool:
    return bool((np.asarray(prepared.model.get_layer("scaling").input_variance) == 1.0).any())


def _used_per_class(prepared: Prepared) -> list[int]:
    """Return the images of each class that train or validate."""
    data = prepared.data
    used = np.concatenate([prepared.split.train, prepared.split.validation])
    counts: list[int] = np.bincount(data.train.labels[used], minlength=data.num_classes).tolist()
    return counts


@cache
def _templates() -> "jinja2.Environment":
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("convlab.code"),
        autoescape=False,  # it is Python, and every value is an expression
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _spaced(text: str) -> str:
    """Return code with the blank lines that PEP 8 asks for: two around definitions, at most one elsewhere."""
    lines: list[str] = []
    in_definition = decorated = False
    for line in re.sub(r"\n{2,}", "\n\n", text).strip().split("\n"):
        if line and not line[0].isspace() and line[0] not in ")]}":
            defines = line.startswith(("def ", "class ", "@"))
            if lines and (defines or in_definition) and not decorated:
                while not lines[-1]:
                    lines.pop()
                lines += ["", ""]
            in_definition, decorated = defines, line.startswith("@")
        lines.append(line)
    return "\n".join(lines) + "\n"
