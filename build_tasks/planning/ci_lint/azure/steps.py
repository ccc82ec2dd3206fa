"""The steps of an Azure pipeline, wherever they stand in it and in its templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from posixpath import dirname

from build_tasks.planning.ci_lint.azure.tasks import SCRIPTS, done_by_task
from build_tasks.planning.ci_lint.azure.variables import Variables
from build_tasks.planning.ci_lint.collected import Collected
from build_tasks.planning.ci_lint.commands.shell import filled_in
from build_tasks.planning.ci_lint.commands.steps import judged_steps, script_steps
from build_tasks.planning.ci_lint.conditions.expressions import All, Expression
from build_tasks.planning.ci_lint.conditions.judging import holds
from build_tasks.planning.ci_lint.conditions.places import azure_condition
from build_tasks.planning.ci_lint.files.documents import Yaml
from build_tasks.planning.ci_lint.files.sources import Sources, joined
from build_tasks.planning.ci_lint.pipelines import Occasion

#: Keys below which steps stand.
_STRUCTURE = {"stages", "jobs", "steps", "strategy", "runOnce", "rolling", "canary", "preDeploy", "deploy"}
_STRUCTURE |= {"routeTraffic", "postRouteTraffic", "on", "success", "failure", "extends"}
_SCRIPTS = ("script", "bash", "pwsh", "powershell")
#: Templates within templates; Azure itself takes 100 files. What walks them calls itself, level by level.
_DEEPEST = 10


@dataclass(frozen=True)
class _Scope:
    """What holds where a step stands; ``inside`` are the templates that it is in."""

    variables: Variables = field(default_factory=Variables)
    conditions: tuple[Expression, ...] = ()
    inside: tuple[str, ...] = ()


class StepReader:
    """Reads one pipeline.

    :param starts: the occasions that start it.
    """

    def __init__(self, sources: Sources, main: str, starts: frozenset[Occasion]) -> None:
        self._sources, self._main, self._starts = sources, main, starts
        self._found = Collected()

    def read(self, root: Yaml) -> Collected:
        """Read a pipeline, given its main file."""
        self._found.files.add(root.file)
        self._found.conditions(root)
        self._walk(root, _Scope())
        return self._found

    def _walk(self, node: Yaml, scope: _Scope) -> None:
        for item in node.items():
            self._walk(item, scope)
        if not node.is_mapping:
            return
        scope = self._within(node, scope)
        if node.get("template") is not None:
            self._template(node, scope)
        elif node.get("task") is not None or any(node.get(key) is not None for key in _SCRIPTS):
            self._step(node, scope)
            return
        for key, value in node.entries():
            if key.text in _STRUCTURE:
                self._walk(value, scope)
            elif key.text.startswith("${{"):
                self._walk(value, replace(scope, conditions=(*scope.conditions, azure_condition(key.text))))

    def _within(self, node: Yaml, scope: _Scope) -> _Scope:
        condition = node.get("condition")
        conditions = (*scope.conditions, azure_condition(condition.text)) if condition else scope.conditions
        return replace(scope, variables=scope.variables.within(node, self._local), conditions=conditions)

    def _step(self, node: Yaml, scope: _Scope) -> None:
        occasions = frozenset(self._occasions(scope))
        inputs = {key.text.lower(): one for key, one in (node.get("inputs") or node).entries()}
        folder = node.word("workingDirectory") or node.word("inputs", "workingDirectory")
        for key in (*_SCRIPTS, *SCRIPTS):
            script = inputs.get(key) if node.get("inputs") else node.get(key)
            if script is not None:
                self._found.steps += script_steps(script, occasions, scope.variables.text, folder)
        texts = {key: filled_in(one.text, scope.variables.text) for key, one in inputs.items()}
        done = done_by_task(node.word("task"), texts)
        self._found.steps += judged_steps(done, node.place, occasions)

    def _occasions(self, scope: _Scope) -> Iterator[Occasion]:
        """Those for which no condition on the way is known not to hold."""
        for occasion in self._starts:
            known = scope.variables.lookup(occasion, self._main)
            if holds(All(scope.conditions), known) is not False:
                yield occasion

    def _template(self, node: Yaml, scope: _Scope) -> None:
        parameters = node.get("parameters")
        for _, parameter in parameters.entries() if parameters else ():
            # Lists of steps that are handed over; they are run somewhere in it.
            if parameter.is_list:
                self._walk(parameter, scope)
        name = node.word("template")
        root = self._local(node, name)
        if root is None or root.file in scope.inside or len(scope.inside) > _DEEPEST:
            self._found.miss(node.place, f"the template {name!r}: what it does is not known")
            return
        self._found.conditions(root)
        self._walk(root, replace(scope, inside=(*scope.inside, root.file)))

    def _local(self, node: Yaml, name: str) -> Yaml | None:
        """A template's document, if it is a file of this repository: relative to the file that names it.

        https://learn.microsoft.com/azure/devops/pipelines/process/templates#reference-template-paths
        """
        path = joined(dirname(node.file), name.removesuffix("@self").replace("\\", "/"))
        return None if "@" in path else self._found.opened(path, self._sources)
