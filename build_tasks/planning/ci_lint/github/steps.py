"""The steps of a GitHub workflow, also those of workflows and actions of the same repository that it uses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from build_tasks.planning.ci_lint.collected import Collected
from build_tasks.planning.ci_lint.commands.shell import filled_in
from build_tasks.planning.ci_lint.commands.steps import judged_steps, script_steps
from build_tasks.planning.ci_lint.conditions.expressions import All, Expression
from build_tasks.planning.ci_lint.conditions.judging import UNKNOWN, Text, Value, holds
from build_tasks.planning.ci_lint.conditions.places import github_condition
from build_tasks.planning.ci_lint.conditions.refs import HEADS
from build_tasks.planning.ci_lint.files.documents import Place, Yaml
from build_tasks.planning.ci_lint.files.sources import Sources, joined
from build_tasks.planning.ci_lint.github.actions import done_by_action
from build_tasks.planning.ci_lint.patterns.language import ANYTHING, DIGITS, EMPTY, chain, literal
from build_tasks.planning.ci_lint.pipelines import Check, Occasion

#: Workflows that use workflows; GitHub takes ten.
_DEEPEST = 10
_FOLDER = ("defaults", "run", "working-directory")
_FILLED_IN = re.compile(r"\$\{\{.*?\}\}")


def predefined(occasion: Occasion, main: str, event: str) -> Mapping[str, Value]:
    """The context ``github``, as far as an occasion decides it.

    https://docs.github.com/actions/reference/workflows-and-actions/contexts#github-context

    :param event: what a pull request's run is told: ``pull_request`` or ``pull_request_target``.
    """
    if occasion is Occasion.PULL_REQUEST:
        merged = event == "pull_request"
        return {
            "github.event_name": event,
            "github.ref": Text(chain("refs/pull/", DIGITS, "/merge")) if merged else f"{HEADS}{main}",
            "github.ref_name": Text(chain(DIGITS, "/merge")) if merged else main,
            "github.base_ref": main,
        }
    return {
        "github.event_name": "push",
        "github.ref": f"{HEADS}{main}",
        "github.ref_name": main,
        "github.base_ref": "",
        "github.head_ref": "",
    }


@dataclass(frozen=True)
class _Scope:
    """What holds where a step stands; ``inside`` are the workflows and actions that it is in."""

    env: Mapping[str, str] = field(default_factory=dict)
    conditions: tuple[Expression, ...] = ()
    folder: str = ""
    inside: tuple[str, ...] = ()

    def within(self, node: Yaml) -> _Scope:
        """With what a workflow, job or step says."""
        env = {f"env.{key.text.lower()}": one.text for key, one in (node.get("env") or node).entries()}
        condition = node.get("if")
        return replace(
            self,
            env={**self.env, **env} if node.get("env") else self.env,
            conditions=(*self.conditions, *([github_condition(condition.text)] if condition else [])),
            folder=node.word("working-directory") or node.word(*_FOLDER) or self.folder,
        )

    def text(self, name: str) -> str | None:
        """A variable of ``env``, the same in every run; None if it is not."""
        found = self.env.get(name)
        return None if found is None or "${{" in found else found


class StepReader:
    """Reads one workflow.

    :param starts: the occasions that start it.
    :param event: what starts it for a pull request: ``pull_request`` or ``pull_request_target``.
    """

    def __init__(self, sources: Sources, main: str, starts: frozenset[Occasion], event: str) -> None:
        self._sources, self._starts = sources, starts
        self._known = {occasion: predefined(occasion, main, event) for occasion in starts}
        self._found = Collected()

    def read(self, root: Yaml) -> Collected:
        """Read a workflow."""
        self._found.files.add(root.file)
        self._workflow(root, _Scope(), "")
        return self._found

    def _workflow(self, root: Yaml, scope: _Scope, caller: str) -> None:
        self._found.conditions(root)
        scope = scope.within(root)
        jobs = root.get("jobs")
        for key, job in jobs.entries() if jobs else ():
            self._job(key, job, scope.within(job), caller)

    def _job(self, key: Yaml, job: Yaml, scope: _Scope, caller: str) -> None:
        shown = caller + (job.word("name") or key.text)
        uses = job.word("uses")
        if uses:
            root = self._local(uses)
            if root is None or _is_too_deep(root, scope):
                self._found.miss(job.place, f"the workflow {uses}: what it does is not known")
            else:
                self._workflow(root, replace(scope, inside=(*scope.inside, root.file)), f"{shown} / ")
            return
        varies = job.get("strategy", "matrix") is not None and "${{" not in shown
        self._found.checks.append(_check(shown, key.place, varies=varies))
        self._steps(job.get("steps"), scope)

    def _steps(self, steps: Yaml | None, scope: _Scope) -> None:
        for step in steps.items() if steps else ():
            self._step(step, scope.within(step))

    def _step(self, step: Yaml, scope: _Scope) -> None:
        occasions = frozenset(filter(lambda occasion: self._may_run(occasion, scope), self._starts))
        script, uses = step.get("run"), step.word("uses")
        if script is not None:
            self._found.steps += script_steps(script, occasions, scope.text, scope.folder)
        elif uses.startswith("./"):
            self._action(step, uses, scope)
        else:
            given = step.get("with")
            entries = given.entries() if given else []
            inputs = {key.text.lower(): filled_in(one.text, scope.text) for key, one in entries}
            self._found.steps += judged_steps(done_by_action(uses, inputs), step.place, occasions)

    def _may_run(self, occasion: Occasion, scope: _Scope) -> bool:
        known = self._known[occasion]

        def look(name: str) -> Value:
            return known[name] if name in known else scope.text(name) or UNKNOWN

        return holds(All(scope.conditions), look) is not False

    def _action(self, step: Yaml, uses: str, scope: _Scope) -> None:
        """An action of this repository, whose steps are steps like others if it is made of such.

        https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax
        """
        root = self._local(f"{uses}/action.yml") or self._local(f"{uses}/action.yaml")
        if root is None or _is_too_deep(root, scope) or root.get("runs", "steps") is None:
            self._found.miss(step.place, f"the action {uses}: what it does is not known")
            return
        self._found.conditions(root)
        self._steps(root.get("runs", "steps"), replace(scope, inside=(*scope.inside, root.file)))

    def _local(self, uses: str) -> Yaml | None:
        """A file of this repository: such paths begin with ``./``, and count from the root."""
        return self._found.opened(joined("", uses), self._sources) if uses.startswith("./") else None


def _is_too_deep(root: Yaml, scope: _Scope) -> bool:
    """A file that uses itself, or is used through too many others."""
    return root.file in scope.inside or len(scope.inside) > _DEEPEST


def _check(shown: str, place: Place, *, varies: bool) -> Check:
    """A job's check: called as the job, with the values of its matrix behind unless it is given a name."""
    parts = [literal(part) for part in _FILLED_IN.split(shown)]
    between = [part for one in parts for part in (ANYTHING, one)]
    name = chain(*between[1:], chain(" (", ANYTHING, ")") if varies else EMPTY)
    return Check(_FILLED_IN.sub("*", shown) + (" (*)" if varies else ""), name, place)
