"""What an export is, and how it compares with the run's model."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Exported:
    """A model in another format.

    Attributes:
        run: the run's folder.
        path: the file, or the folder of a SavedModel.
        format: what it is.
        quantize: what its weights were rounded to; ``None`` where they are float32.
        size: its bytes.
        images: how many test images it was compared on, loaded again from its file.
        agreement: of these, the fraction for which it predicts the class that the run's model does.
        largest_difference: between the logits of the two.
        accuracy: of the export on these images.
        accuracy_of_run: of the run's model.
    """

    run: Path
    path: Path
    format: str
    quantize: str | None
    size: int
    images: int
    agreement: float
    largest_difference: float
    accuracy: float
    accuracy_of_run: float

    def summary(self) -> dict[str, Any]:
        """Return what ``convlab export --json`` prints."""
        return asdict(self) | {"run": str(self.run), "path": str(self.path)}
