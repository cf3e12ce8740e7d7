"""What an exported model says about itself: its classes, its input and output, and where it comes from."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

from convlab.data.image_data import ImageData
from convlab.runs.recorded_run import RecordedRun

Output = Literal["logits", "probabilities"]
INPUT = "image"


@dataclass(frozen=True, kw_only=True)
class ModelDescription:
    """The metadata of an exported model.

    Attributes:
        class_names: in the order of the output.
        input_shape: height, width and channels of an image.
        output: what the model returns, which is also the name of its output; its input is named ``image``.
        scaling: how the model scales the raw pixels, 0 to 255, that it takes.
        run: the name of the run.
        started: when the run started.
        dataset: the run's dataset.
        architecture: the run's architecture.
        quantize: the type that the weights were rounded to; ``None`` for float32.
        versions: of Python and of packages, when the run started.
    """

    class_names: tuple[str, ...]
    input_shape: tuple[int, int, int]
    output: Output
    scaling: str
    run: str
    started: str
    dataset: str
    architecture: str
    quantize: str | None
    versions: dict[str, str]

    @classmethod
    def of(
        cls, run: RecordedRun, data: ImageData, *, output: Output, quantize: str | None
    ) -> "ModelDescription":
        """Describe the model of a run."""
        versions = run.environment.get("versions")
        return cls(
            class_names=data.class_names,
            input_shape=data.input_shape,
            output=output,
            scaling=run.experiment.data.scaling or "standard",
            run=run.path.resolve().name,
            started=str(run.environment.get("started", "")),
            dataset=run.experiment.dataset,
            architecture=run.experiment.architecture,
            quantize=quantize,
            versions={str(k): str(v) for k, v in versions.items()} if isinstance(versions, dict) else {},
        )

    def properties(self) -> dict[str, str]:
        """Return each attribute as text; all but text is in JSON."""
        return {
            key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for key, value in self._values().items()
        }

    def to_json(self) -> str:
        """Return all attributes as a JSON object."""
        return json.dumps(self._values(), indent=2, ensure_ascii=False) + "\n"

    def labels(self) -> str:
        """Return the content of a labels file: one class name per line."""
        return "".join(f"{' '.join(name.split())}\n" for name in self.class_names)

    def _values(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value is not None}
