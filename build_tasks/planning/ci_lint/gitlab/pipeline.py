"""GitLab CI: a configuration and what it includes, as a pipeline that is judged.

Filters belong to jobs here, so each job is a part of its own.

https://docs.gitlab.com/ci/yaml/
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from build_tasks.model.branches import VALIDATED
from build_tasks.model.ci import CiSystem
from build_tasks.planning.ci_lint.collected import Collected
from build_tasks.planning.ci_lint.commands.shell import commands
from build_tasks.planning.ci_lint.commands.steps import script_steps
from build_tasks.planning.ci_lint.conditions.expressions import Constant
from build_tasks.planning.ci_lint.conditions.judging import UNKNOWN, Lookup, Text, Value
from build_tasks.planning.ci_lint.files.documents import Place, Yaml
from build_tasks.planning.ci_lint.files.sources import Sources
from build_tasks.planning.ci_lint.gitlab.config import Config, Job, included, load
from build_tasks.planning.ci_lint.gitlab.rules import Rule, RuleReader, filter_for
from build_tasks.planning.ci_lint.patterns.language import ANY, DIGITS, Choice, chain, one_of, some
from build_tasks.planning.ci_lint.pipelines import (
    Deed,
    Filter,
    Occasion,
    Part,
    Pattern,
    Pipeline,
    Step,
)

_SCRIPTS = ("before_script", "script", "after_script")
#: Pipelines that start pipelines; GitLab takes two.
_DEEPEST = 2
#: What a pipeline knows that another has started: nothing of what started that one.
_OF_A_CHILD: Mapping[str, Value] = {"CI_PIPELINE_SOURCE": "parent_pipeline"}


def predefined(occasion: Occasion, main: str, services: Collection[str]) -> Mapping[str, Value]:
    """GitLab's own variables, as far as an occasion decides them.

    https://docs.gitlab.com/ci/variables/predefined_variables/
    """
    feature = chain(one_of(VALIDATED), "/", Choice(tuple(chain(name) for name in services)), "/", some(ANY))
    branch: Value = Text(feature) if occasion is Occasion.FEATURE else main
    merging = occasion is Occasion.PULL_REQUEST
    return {
        "CI_PIPELINE_SOURCE": "merge_request_event" if merging else "push",
        "CI_COMMIT_BRANCH": None if merging else branch,
        "CI_COMMIT_REF_NAME": UNKNOWN if merging else branch,
        "CI_COMMIT_TAG": None,
        "CI_DEFAULT_BRANCH": main,
        "CI_MERGE_REQUEST_ID": Text(DIGITS) if merging else None,
        "CI_MERGE_REQUEST_IID": Text(DIGITS) if merging else None,
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": main if merging else None,
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": UNKNOWN if merging else None,
    }


def gitlab_pipeline(root: Yaml, sources: Sources, main: str, services: Collection[str]) -> Pipeline:
    """Read a configuration.

    :param main: the main branch's name; :param services: the names of the services, which branches bear.
    """
    found = Collected()
    reader = _Reader(sources, found, {o: predefined(o, main, services) for o in Occasion})
    parts = reader.parts(load(root, sources, found), 0)
    return Pipeline(
        system=CiSystem.GITLAB,
        file=root.file,
        starts=reader.starts,
        starts_itself=root.file == ".gitlab-ci.yml",
        parts=tuple(parts),
        patterns=tuple(reader.patterns),
        branches=tuple(found.branches),
        unseen=tuple(found.unseen),
        findings=tuple(found.findings),
        files=frozenset(found.files),
    )


class _Reader:
    def __init__(
        self, sources: Sources, found: Collected, known: Mapping[Occasion, Mapping[str, Value]]
    ) -> None:
        self._sources, self._found, self._known = sources, found, known
        self.starts: dict[Occasion, Place] = {}
        self.patterns: list[Pattern] = []

    def parts(self, config: Config, depth: int) -> list[Part]:
        """Every job, with what its pipelines do if it starts some."""
        rules = config.workflow_rules()
        whole = RuleReader(config.variables(), self._found).rules(config.listed(rules)) if rules else []
        parts = [self._part(config, job, whole, depth) for job in config.jobs()]
        scans = tuple(Step(Deed.SCANS, place, frozenset(Occasion)) for place in config.scans)
        return [*parts, Part((), scans)] if scans else parts

    def _part(self, config: Config, job: Job, whole: list[Rule], depth: int) -> Part:
        rules = self._rules(config, job, by_default=not whole)
        self.patterns += [one for rule in [*whole, *rules] for one in rule.changes or ()]
        occasions, filters = set[Occasion](), dict[Filter, None]()
        for occasion in Occasion:
            known = self._lookup(occasion, job)
            both = [filter_for(one, known, job.place) for one in ([whole] if whole else []) + [rules]]
            if all(one.default or any(not p.negative for p in one.patterns) for one in both):
                occasions.add(occasion)
                self.starts.setdefault(occasion, job.place)
                filters |= dict.fromkeys(one for one in both if one.patterns)
        return Part(tuple(filters), tuple(self._steps(config, job, frozenset(occasions), depth)))

    def _rules(self, config: Config, job: Job, *, by_default: bool) -> list[Rule]:
        """When a job runs: by default for branches and tags; always where the whole pipeline has rules."""
        reader = RuleReader(job.variables, self._found)
        if job.get("rules") is not None:
            return reader.rules(config.listed(job.get("rules")))
        only, excepted = job.get("only"), job.get("except")
        if by_default or only or excepted:
            return reader.only_and_except(only, excepted, job.place)
        return [Rule(Constant(True), job.place)]

    def _lookup(self, occasion: Occasion, job: Job) -> Lookup:
        known = self._known[occasion]

        def look(name: str) -> Value:
            return known[name] if name in known else job.variables.get(name, UNKNOWN)

        return look

    def _steps(self, config: Config, job: Job, occasions: frozenset[Occasion], depth: int) -> Iterator[Step]:
        for key in _SCRIPTS:
            for script in config.listed(job.get(key)):
                yield from script_steps(script, occasions, lambda name: None)
        trigger = job.get("trigger")
        if trigger is not None:
            yield from self._child(config, trigger, job, occasions, depth)

    def _child(
        self, config: Config, trigger: Yaml, job: Job, occasions: frozenset[Occasion], depth: int
    ) -> Iterator[Step]:
        """The steps of the pipeline that a job starts: for the same occasions, if its own rules let them run.

        https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#parent-child-pipelines
        """
        files = list(included(trigger.get("include"), self._sources))
        if files and all(_is_ours(config, item) for _, item in files):
            yield Step(Deed.RUNS_FLOW, job.place, occasions)
        elif not files or depth == _DEEPEST or not all(path for path, _ in files):
            self._found.miss(job.place, f"the pipeline that {job.name} starts: what it does is not known")
        else:
            for path, _ in files:
                root = self._found.opened(path, self._sources)
                yield from self._started(root, occasions, depth) if root else ()

    def _started(self, root: Yaml, occasions: frozenset[Occasion], depth: int) -> Iterator[Step]:
        reader = _Reader(self._sources, self._found, dict.fromkeys(Occasion, _OF_A_CHILD))
        for part in reader.parts(load(root, self._sources, self._found), depth + 1):
            yield from (replace(one, occasions=occasions & one.occasions) for one in part.steps)
        self.patterns += reader.patterns


def _is_ours(config: Config, include: Yaml) -> bool:
    """A pipeline that another job makes with `inv ci.plan --matrix`: `inv ci.run` for each service."""
    maker = config.sections.get(include.word("job"), {})
    scripts = config.listed(maker["script"][1]) if include.get("artifact") and "script" in maker else []
    words = [word for script in scripts for _, line in commands(script.text) for word in line]
    return "ci.plan" in words and "--matrix" in words
