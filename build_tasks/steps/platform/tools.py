"""Provides the platform's programs: each from the first source that has it or can bring it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.platform import Declined, Found, Obtainable, Toolbox, ToolRecipe
from build_tasks.model.upstream import ToolOrigin
from build_tasks.ports.provisioning import Store, ToolSource
from build_tasks.ports.reporting import Reporter

#: The order in which what is missing is brought: the engine first, so that its start need not wait.
_FIRST = ("moby", "containerd", "runc", "docker", "docker-buildx", "kind", "oras", "helm", "registry")

_Missing = Obtainable | Declined


@dataclass(frozen=True)
class _Provided:
    path: Path
    version: str
    origin: str


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
        provided = {program: self._one(program, brought) for program in wanted}
        if not brought:
            self._reporter.skip("tools", f"all {len(provided)} are there: {_counted(provided.values())}")
        return self._toolbox(provided)

    def at_hand(self, programs: Iterable[str]) -> Toolbox | None:
        """The programs as they are now; None if one of them would have to be brought. Brings nothing."""
        provided = {program: self._found(self._recipe(program), program)[0] for program in programs}
        there = {program: one for program, one in provided.items() if one is not None}
        return self._toolbox(there) if len(there) == len(provided) else None

    @property
    def known(self) -> Sequence[str]:
        """Names of all recipes."""
        return sorted({recipe.name for recipe in self._recipe_of.values()})

    def missing(self, programs: Iterable[str] | None = None) -> Sequence[str]:
        """Recipes of which a program would have to be brought; brings nothing."""
        wanted = {p: self._recipe(p) for p in (programs if programs is not None else self._recipe_of)}
        return sorted({r.name for program, r in wanted.items() if self._found(r, program)[0] is None})

    def origins(self) -> tuple[ToolOrigin, ...]:
        """Where the programs come from that may be the user's own; those that are there. Brings nothing."""
        found = []
        for program, recipe in sorted(self._recipe_of.items()):
            accepted = recipe.accept.get(program)
            one, _ = self._found(recipe, program) if accepted else (None, {})
            if accepted and one:
                wanted = f"{recipe.version_of(program)} or {accepted.range}"
                found.append(ToolOrigin(program, wanted, f"{one.version} {one.origin}"))
        return tuple(found)

    def _toolbox(self, provided: Mapping[str, _Provided]) -> Toolbox:
        paths = {**{program: one.path for program, one in provided.items()}, **self._host_programs}
        return Toolbox(self._store.links(paths), paths)

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

    def _found(self, recipe: ToolRecipe, program: str) -> tuple[_Provided | None, dict[str, _Missing]]:
        """The program from the first source that has it, or what each says, by its label."""
        missing: dict[str, _Missing] = {}
        for source in self._sources:
            answer = source.look(recipe, program)
            if isinstance(answer, Found):
                return _Provided(answer.path, answer.version, source.origin), missing
            missing[source.label] = answer
        return None, missing

    def _one(self, program: str, brought: list[str]) -> _Provided:
        recipe = self._recipe(program)
        provided, missing = self._found(recipe, program)
        if provided is not None:
            return provided
        reasons = {label: answer.reason for label, answer in missing.items()}
        willing = [s for s in self._sources if isinstance(missing[s.label], Obtainable)]
        for source in willing:
            brought.append(recipe.name)
            try:
                with self._reporter.step(f"{source.label}: {recipe.name} {recipe.version}", _listed(reasons)):
                    source.bring(recipe, self._reporter.detail)
            except FlowError as error:
                if error.code is not ExitCode.UNAVAILABLE or source is willing[-1]:
                    raise
                self._reporter.warn(f"{error.what}: {error.why}")
                reasons[source.label] = error.why
            else:
                answer = source.look(recipe, program)
                if isinstance(answer, Found):
                    return _Provided(answer.path, answer.version, source.origin)
        raise self._nobody(program, recipe, reasons)

    def _nobody(self, program: str, recipe: ToolRecipe, reasons: Mapping[str, str]) -> FlowError:
        accepted = recipe.accept.get(program)
        ours = recipe.version_of(program)
        versions = f"{ours} (or any that is {accepted.range})" if accepted else ours
        return FlowError(
            f"provide {program}",
            "no source has it",
            f"install {program} {versions} yourself and run it again",
            code=ExitCode.UNAVAILABLE,
            details=[f"{label}: {reason}" for label, reason in reasons.items()],
        )


def _listed(reasons: Mapping[str, str]) -> str:
    return "; ".join(f"{label}: {reason}" for label, reason in reasons.items())


def _counted(provided: Iterable[_Provided]) -> str:
    """``2 from PATH, 4 downloaded``."""
    return ", ".join(f"{number} {origin}" for origin, number in Counter(p.origin for p in provided).items())
