"""What is known of an Azure pipeline's variables before it runs.

- https://learn.microsoft.com/azure/devops/pipelines/process/variables
- https://learn.microsoft.com/azure/devops/pipelines/build/variables (the predefined ones)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from build_tasks.planning.ci_lint.commands.shell import filled_in
from build_tasks.planning.ci_lint.conditions.judging import UNKNOWN, Lookup, Text, Value, value
from build_tasks.planning.ci_lint.conditions.reading import read_calls
from build_tasks.planning.ci_lint.files.documents import Yaml
from build_tasks.planning.ci_lint.patterns.language import DIGITS, chain, one_of
from build_tasks.planning.ci_lint.pipelines import Occasion

_RUNTIME = re.compile(r"\$\[(.*)\]", re.S)
#: So often may variables be made of others, or come from templates of templates, and so long may they become.
_DEEPEST, _LONGEST = 8, 10_000


def predefined(occasion: Occasion, main: str) -> Mapping[str, Value]:
    """Azure's own variables, as far as an occasion decides them."""
    if occasion is Occasion.PULL_REQUEST:
        return {
            "build.reason": "PullRequest",
            "build.sourcebranch": Text(chain("refs/pull/", DIGITS, "/merge")),
            "build.sourcebranchname": "merge",
            # A short name for a repository on GitHub, a full one for one in Azure Repos.
            "system.pullrequest.targetbranch": Text(one_of([main, f"refs/heads/{main}"])),
        }
    return {
        "build.reason": Text(one_of(["IndividualCI", "BatchedCI"])),
        "build.sourcebranch": f"refs/heads/{main}",
        "build.sourcebranchname": main.rpartition("/")[2],
    }


@dataclass(frozen=True)
class Variables:
    """Those that the file sets, as they are written; a stage's or a job's hide the pipeline's."""

    written: Mapping[str, Yaml] = field(default_factory=dict)

    def within(self, node: Yaml, template: Callable[[Yaml, str], Yaml | None]) -> Variables:
        """With those that a pipeline, stage or job sets.

        :param template: gives a template's document, for the value that names it.
        """
        variables = node.get("variables")
        if variables is None:
            return self
        return replace(self, written={**self.written, **_set_by(variables, template, 0)})

    def lookup(self, occasion: Occasion, main: str) -> Lookup:
        """For conditions, in runs of an occasion."""
        known: dict[str, Value] = dict(predefined(occasion, main))

        def look(name: str, depth: int = 0) -> Value:
            if name not in known:
                known[name] = UNKNOWN  # also for what is made of itself
                if name in self.written and depth < _DEEPEST:
                    written = self.written[name].text
                    known[name] = _evaluated(written, lambda other: look(other, depth + 1))
            return known[name]

        return look

    def text(self, name: str) -> str | None:
        """A variable's text, the same in every run; None if it is not."""
        return self._text(name, {}, 0)

    def _text(self, name: str, known: dict[str, str | None], depth: int) -> str | None:
        if name not in known:
            known[name] = None
            written = self.written[name].text if name in self.written and depth < _DEEPEST else "${{"
            if "${{" not in written and "$[" not in written:
                whole = filled_in(written, lambda other: self._text(other, known, depth + 1))
                known[name] = whole if len(whole) < _LONGEST else None
        return known[name]


def _set_by(
    variables: Yaml | None, template: Callable[[Yaml, str], Yaml | None], depth: int
) -> dict[str, Yaml]:
    """Both forms: a mapping, or a list of names and values, with templates among them."""
    if variables is None or depth > _DEEPEST:
        return {}
    found = {key.text.lower(): one for key, one in variables.entries() if not one.is_mapping}
    for item in variables.items():
        given = item.get("value")
        if given is not None:
            found[item.word("name").lower()] = given
        elif item.get("template") is not None:
            document = template(item, item.word("template"))
            found |= _set_by(document.get("variables") if document else None, template, depth + 1)
    return found


def _evaluated(written: str, known: Lookup) -> Value:
    runtime = _RUNTIME.fullmatch(written.strip())
    if runtime:
        try:
            return value(read_calls(runtime[1]), known)
        except ValueError:
            return UNKNOWN
    if "${{" in written:
        return UNKNOWN
    unknown = []

    def text(name: str) -> str | None:
        found = known(name)
        if not isinstance(found, str):
            unknown.append(name)
            return None
        return found

    whole = filled_in(written, text)
    return UNKNOWN if unknown or len(whole) > _LONGEST else whole
