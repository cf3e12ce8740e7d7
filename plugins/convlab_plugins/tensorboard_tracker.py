"""TensorBoard: event files in the run's folder."""

from convlab import RunTracker, TrackedRun, Tracker


def _start(run: TrackedRun, options: None) -> RunTracker:
    from convlab_plugins.event_files import EventFiles

    return EventFiles(run)


TENSORBOARD = Tracker(
    name="tensorboard",
    summary="Event files for TensorBoard, in the run's folder",
    start=_start,
    requires=("tensorboard",),
    install="convlab[tensorboard]",
)
