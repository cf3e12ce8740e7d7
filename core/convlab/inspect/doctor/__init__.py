"""Looks for problems that would stop a run or falsify its results: on this machine, and in an experiment.

Example::

    from convlab import Experiment, doctor

    report = doctor.examine(Experiment(architecture="mlp"))
    for finding in report.findings:
        if finding.state != "ok":
            print(finding.message, finding.fix)
"""

from convlab.inspect.doctor.examination import Report, examine
from convlab.inspect.doctor.experiment import Model
from convlab.inspect.doctor.finding import Finding

__all__ = ["Finding", "Model", "Report", "examine"]
