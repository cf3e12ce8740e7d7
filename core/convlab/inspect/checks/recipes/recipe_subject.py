"""A recipe under check."""

from dataclasses import dataclass

from convlab.experiment import Experiment, ResolvedExperiment, resolve
from convlab.experiment.recipes import recipe_tables
from convlab.inspect.checks.author_code import sources_of
from convlab.inspect.checks.conduct.watch import Watch
from convlab.inspect.checks.subject import PartSubject


@dataclass(kw_only=True, eq=False)
class RecipeSubject(PartSubject):
    """A recipe, which has no code of its own to watch."""

    def __post_init__(self) -> None:
        self.watch = Watch(lambda: self.sources)

    @property
    def sources(self) -> tuple[str, ...]:
        """The experiment's file and the plugin's files."""
        return (str(self.part.file), *sources_of(self.provided.provider.target))

    def resolved(self) -> ResolvedExperiment:
        """Return the recipe's experiment with its parts.

        Raises:
            ConvlabError: its file is invalid, or a part or an option does not exist.
        """
        return resolve(Experiment.model_validate(recipe_tables(self.provided)), self.host)
