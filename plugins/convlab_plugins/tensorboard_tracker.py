"""The TensorBoard tracker: event files in the run's folder."""

from convlab import Callback, Tracker, TrainingInfo


def _start(run: TrainingInfo, options: None) -> Callback:
    from convlab_plugins.event_files import EventFiles

    return EventFiles(run)


TENSORBOARD = Tracker(
    name="tensorboard",
    summary="Event files for TensorBoard, in the run's folder",
    start=_start,
    requires=("tensorboard",),
    install="keras-convlab[tensorboard]",
)
