"""What a person notes about a run."""

import re
from collections.abc import Collection
from pathlib import Path

from convlab.errors import ConfigError, RunFolderError
from convlab.runs.listed_run import ListedRun, read_listed
from convlab.runs.lookup import find_run
from convlab.runs.reading import MissingFileError, read_model
from convlab.runs.run_files import Notes
from convlab.system.atomic_write import write_text
from convlab.text.strict_json import to_json

_TAG = re.compile(r"\w[\w.+=@:/-]{0,59}")


def annotate_run(
    run: str | Path,
    *,
    note: str | None = None,
    add_tags: Collection[str] = (),
    remove_tags: Collection[str] = (),
    runs_dir: str | Path = "runs",
) -> ListedRun:
    """Write a note about a run, or change its tags. A run in progress can be annotated, too.

    Args:
        run: a folder, a name, a unique part of a name, or ``last``.
        note: the new note; an empty one removes the note.
        add_tags: words by which the run can be found.
        remove_tags: tags to remove.
        runs_dir: the folder that contains the runs.

    Raises:
        ConfigError: no run matches, or a tag is not a word.
        RunFolderError: the folder cannot be written to.
    """
    for tag in add_tags:
        if not _TAG.fullmatch(tag):
            raise ConfigError(f"{tag!r} is not a tag; use one word of up to 60 letters and digits")
    path = find_run(run, runs_dir)
    if read_listed(str(path)) is None:
        raise RunFolderError(f"{str(path)!r} is not a run folder; it has none of the files that a run writes")
    try:
        before = read_model(path, Notes)
    except MissingFileError:
        before = Notes()
    tags = [tag for tag in dict.fromkeys([*before.tags, *add_tags]) if tag not in remove_tags]
    written = {"note": before.note if note is None else note, "tags": tags}
    try:
        write_text(path / Notes.name, to_json(written, indent=2) + "\n")
    except OSError as error:
        raise RunFolderError(f"cannot write to {str(path)!r} ({error.strerror or error})") from error
    listed = read_listed(str(path))
    assert listed is not None
    return listed
