"""What reading a pipeline brings together, from all files that it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from build_tasks.model.ci_lint import LintFinding, LintRule
from build_tasks.planning.ci_lint.conditions.places import conditions_in
from build_tasks.planning.ci_lint.conditions.refs import named_in
from build_tasks.planning.ci_lint.files.documents import Place, Yaml
from build_tasks.planning.ci_lint.files.sources import Sources
from build_tasks.planning.ci_lint.pipelines import Check, NamedBranches, Step

#: So many files are opened for one pipeline, the same one as often as it is named; Azure takes 100 templates,
#: GitLab 150 includes.
_MOST_FILES = 200


@dataclass
class Collected:
    """:param unseen: places of what is done elsewhere, so that nobody says what is missing here."""

    steps: list[Step] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    branches: list[NamedBranches] = field(default_factory=list)
    unseen: list[Place] = field(default_factory=list)
    findings: list[LintFinding] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    _opened: int = 0
    _judged: set[str] = field(default_factory=set)

    def opened(self, path: str, sources: Sources) -> Yaml | None:
        """A file that belongs to it; None if it is not there, holds nothing, or is one too many."""
        if path not in sources or self._opened == _MOST_FILES:
            return None
        self._opened += 1
        document = sources.document(path)
        if path not in self.files:
            self.files.add(path)
            self.findings += document.findings
        return document.root

    def conditions(self, root: Yaml) -> None:
        """What the conditions of an Azure or GitHub file say of branches."""
        if root.file not in self._judged:
            self._judged.add(root.file)
            for condition, place in conditions_in(root):
                self.branches += named_in(condition, place)

    def miss(self, place: Place, message: str) -> None:
        """Steps that are not looked into."""
        self.unseen.append(place)
        self.note(place, message)

    def note(self, place: Place, message: str) -> None:
        """Something else that could not be judged."""
        self.findings.append(LintFinding(place.file, place.line, LintRule.NOT_LOOKED_INTO, message))
