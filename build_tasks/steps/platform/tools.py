"""Provides the platform's programs: each from the first source that has it or can bring it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.platform import Declined, Found, Toolbox, ToolRecipe
from build_tasks.ports.provisioning import Store, ToolSource
from build_tasks.ports.reporting import Reporter

#: The order in which what is missing is brought: the engine first, so that its start need not wait.
_FIRST = ("moby", "containerd", "runc", "docker", "docker-buildx", "kind", "oras", "helm", "registry")


class ProvideTools:
    """Makes a toolbox.

    :param recipes: every tool there is, by recipe name.
    :param sources: in order of preference.
    :param store: where the toolbox's folder of links is kept.
    :param host_programs: programs of the host's own packages, by name; they go into the toolbox as well.
    """

    def __init__(
        self,
        recipes: Mapping[str, ToolRecipe],
        sources: Sequence[ToolSource],
        store: Store,
        reporter: Reporter,
        host_programs: Mapping[str, Path],
    ) -> None:
        self._recipe_of = {program: recipe for recipe in recipes.values() for program in recipe.programs}
        self._sources = sources
        self._store = store
        self._reporter = reporter
        self._host_programs = host_programs

    def __call__(self, programs: Iterable[str] | None = None) -> Toolbox:
        """The programs (default: all there are recipes for), at an accepted version.

        :raises FlowError: when no source has or can bring one, with every source's reason.
        """
        wanted = sorted(programs if programs is not None else self._recipe_of, key=self._rank)
        brought: list[str] = []
        paths = {program: self._one(program, brought) for program in wanted}
        if not brought:
            self._reporter.skip("tools", f"all {len(paths)} are there")
        paths.update(self._host_programs)
        return Toolbox(self._store.links(paths), paths)

    @property
    def known(self) -> Sequence[str]:
        """Names of all recipes."""
        return sorted({recipe.name for recipe in self._recipe_of.values()})

    def missing(self) -> Sequence[str]:
        """Recipes of which a program would have to be brought; brings nothing."""
        return sorted({r.name for program, r in self._recipe_of.items() if not self._there(r, program)})

    def _there(self, recipe: ToolRecipe, program: str) -> bool:
        answers = (source.look(recipe, program) for source in self._sources)
        return isinstance(next((a for a in answers if not isinstance(a, Declined)), None), Found)

    def _rank(self, program: str) -> tuple[int, str, str]:
        recipe = self._recipe(program).name
        return (_FIRST.index(recipe) if recipe in _FIRST else len(_FIRST), recipe, program)

    def _recipe(self, program: str) -> ToolRecipe:
        if program not in self._recipe_of:
            known = ", ".join(sorted(self._recipe_of))
            raise FlowError(
                f"provide {program}", "there is no recipe for it", f"known: {known}", code=ExitCode.USAGE
            )
        return self._recipe_of[program]

    def _one(self, program: str, brought: list[str]) -> Path:
        recipe = self._recipe(program)
        reasons: list[str] = []
        for source in self._sources:
            answer = source.look(recipe, program)
            if isinstance(answer, Found):
                return answer.path
            reasons.append(f"{source.label}: {answer.reason}")
            if isinstance(answer, Declined):
                continue
            brought.append(recipe.name)
            with self._reporter.step(f"{source.label}: {recipe.name} {recipe.version}", "; ".join(reasons)):
                source.bring(recipe, self._reporter.detail)
            answer = source.look(recipe, program)
            if isinstance(answer, Found):
                return answer.path
        raise FlowError(
            f"provide {program}",
            "no source has it",
            f"install {program} {recipe.version} yourself and run it again",
            code=ExitCode.UNAVAILABLE,
            details=reasons,
        )
