"""Pipelines as they are judged: when they start, what filters them, what they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from build_tasks.model.ci import CiSystem
from build_tasks.model.ci_lint import LintFinding
from build_tasks.planning.ci_lint.files.documents import Place
from build_tasks.planning.ci_lint.patterns.automaton import Automaton, automaton
from build_tasks.planning.ci_lint.patterns.language import Language, prefix


class Occasion(Enum):
    """What starts a run, as far as a pipeline is judged for it."""

    PULL_REQUEST = "a pull request into the main branch"
    MAIN = "a push to the main branch"
    FEATURE = "a push to a feature branch"


@dataclass(frozen=True)
class Pattern:
    """One entry of a filter.

    :param text: as written.
    :param negative: takes out what it matches.
    """

    text: str
    place: Place
    matcher: Automaton
    begins: str
    negative: bool = False


@dataclass(frozen=True)
class Filter:
    """Patterns in the order in which they count: the last one that matches decides.

    :param default: what becomes of a text that no pattern matches.
    """

    patterns: tuple[Pattern, ...]
    default: bool
    place: Place

    def selects(self, text: str) -> bool:
        """A text passes."""
        matching = (p for p in reversed(self.patterns) if p.matcher.accepts(text))
        last = next(matching, None)
        return self.default if last is None else not last.negative


@dataclass(frozen=True)
class NamedBranches:
    """Something in the file that names branches: a filter's entry, or a text that a condition compares with.

    :param written: as it stands there.
    :param full: the names it stands for, with ``refs/heads/`` or ``refs/tags/`` before them.
    :param variable: what a condition compares with it; empty for a filter.
    """

    written: str
    place: Place
    full: Language
    variable: str = ""


class Deed(Enum):
    """What a command does, as far as it is judged."""

    BUILDS_IMAGE = "builds the runtime image"
    BUILDS_STAGE = "builds a stage of a Dockerfile"
    SCANS = "scans an image"
    RUNS_FLOW = "runs `inv ci.run`"
    PUSHES_LATEST = "pushes the tag latest"


@dataclass(frozen=True)
class Step:
    """A command.

    :param names: paths and tasks that it names.
    :param occasions: for which it may be run.
    :param detail: the words that say so, for the reader.
    """

    deed: Deed
    place: Place
    occasions: frozenset[Occasion]
    names: frozenset[str] = frozenset()
    detail: str = ""


@dataclass(frozen=True)
class Part:
    """Steps behind filters of their own: the whole file, but with GitLab each job."""

    filters: tuple[Filter, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Check:
    """A check that a pull request shows.

    :param shown: its name, ``*`` for what only the run knows.
    """

    shown: str
    name: Language
    place: Place


@dataclass(frozen=True)
class Pipeline:
    """A pipeline file.

    :param starts: where it says so for each occasion that starts it.
    :param starts_itself: it says when it starts, or is where its system looks first.
    :param patterns: every entry of every path filter, whether or not an occasion reaches it.
    :param checks: of a pull request; only GitHub's have names that are known.
    :param pull_request_paths: what holds back a pull request's run altogether; None: nothing does.
    :param unseen: places of what it does elsewhere: nothing is said about what it lacks.
    :param findings: what its reader had to say.
    :param files: all that it is made of: itself, its templates, what it includes.
    """

    system: CiSystem
    file: str
    starts: Mapping[Occasion, Place]
    starts_itself: bool
    parts: tuple[Part, ...]
    patterns: tuple[Pattern, ...] = ()
    branches: tuple[NamedBranches, ...] = ()
    checks: tuple[Check, ...] = ()
    pull_request_paths: Filter | None = None
    unseen: tuple[Place, ...] = ()
    findings: tuple[LintFinding, ...] = ()
    files: frozenset[str] = frozenset()

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for part in self.parts for step in part.steps)


def pattern(text: str, place: Place, language: Language, *, negative: bool = False) -> Pattern:
    """An entry of a filter that stands for the texts of a language."""
    return Pattern(text, place, automaton(language), prefix(language), negative)
