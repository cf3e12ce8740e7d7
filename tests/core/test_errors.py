"""An error can be prefixed with the part that raised it, whatever class a plugin raises."""

from types import SimpleNamespace

import pytest

from convlab import DataError, Dataset, PluginHost, hookimpl
from convlab.errors import in_one_line
from convlab.host.provider import build_part


class CorruptFileError(DataError):
    """An error class as a plugin may define it, whose constructor takes two arguments."""

    def __init__(self, file: str, offset: int) -> None:
        super().__init__(f"{file} is corrupt at byte {offset}")
        self.offset = offset


class ComposedError(DataError):
    """An error class that composes its message when it is printed."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.file = file

    def __str__(self) -> str:
        return f"{self.file} is corrupt"


def test_a_prefixed_error_keeps_its_class_and_attributes() -> None:
    error = CorruptFileError("a.npz", 7).prefixed("dataset 'x'")
    assert isinstance(error, CorruptFileError)
    assert error.offset == 7
    assert str(error) == "dataset 'x': a.npz is corrupt at byte 7"


def test_an_error_that_composes_its_message_becomes_the_class_of_convlab_that_it_extends() -> None:
    error = ComposedError("a.npz").prefixed("dataset 'x'")
    assert type(error) is DataError
    assert str(error) == "dataset 'x': a.npz is corrupt"


def test_a_factory_may_raise_an_error_class_with_any_constructor() -> None:
    def load(source: object, options: object) -> None:
        raise CorruptFileError("a.npz", 7)

    @hookimpl
    def convlab_datasets() -> list[Dataset]:
        return [Dataset(name="broken", summary="Always fails", load=load)]  # type: ignore[arg-type]

    host = PluginHost(third_party=False, strict=True)
    host.register(SimpleNamespace(convlab_datasets=convlab_datasets))
    with pytest.raises(CorruptFileError) as raised:
        build_part(host.find(Dataset, "broken"), None, None)
    assert str(raised.value) == "dataset 'notebook:broken': a.npz is corrupt at byte 7"


def test_an_exception_of_a_library_is_shortened_to_one_line() -> None:
    error = ValueError(
        f"Exception encountered when calling Dense.call().\n\n\x1b[1mtoo {'long ' * 200}\x1b[0m"
    )
    line = in_one_line(error)
    assert line.startswith("ValueError: too long")
    assert len(line) < 420
    assert line.endswith("…")
