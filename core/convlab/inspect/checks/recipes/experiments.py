"""Whether a recipe's experiment can run, and computes what the recipe claims."""

from convlab.inspect.checks.outcome import CheckFailedError
from convlab.inspect.checks.recipes.recipe_subject import RecipeSubject
from convlab.inspect.checks.registry import check
from convlab.text.suggestions import did_you_mean


@check(
    "The experiment's settings and parts exist",
    why="'convlab run --recipe' stops at the first that does not",
    fix="correct the TOML file; 'convlab run FILE.toml --print-config' checks it",
)
def experiment_resolves(subject: RecipeSubject) -> None:
    """Read the file, and find its parts and options among the plugins."""
    subject.resolved()


@check(
    "The experiment computes the claimed metric on the test set",
    why="'convlab recipes verify' compares it with the claim",
    fix="add the metric to `metrics`, and leave `train.test` true",
    needs=("experiment_resolves",),
)
def computes_the_claimed_metric(subject: RecipeSubject) -> None:
    """Look for the metric among those of the experiment."""
    resolved, metric = subject.resolved(), subject.part.claim.metric
    known = [*(each.part.name for each, _ in resolved.metrics), "loss"]
    if metric not in known:
        raise CheckFailedError(f"the experiment has no metric {metric!r}; {did_you_mean(metric, known)}")
    if not resolved.experiment.train.test:
        raise CheckFailedError("`train.test` is false")
