"""What a pipeline does with images, and does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from build_tasks.model.ci import CiSystem
from build_tasks.model.ci_lint import LintFinding, LintRule
from build_tasks.planning.ci_lint.files.documents import Place
from build_tasks.planning.ci_lint.pipelines import Deed, Occasion, Pipeline, Step

_BUILDS = {Deed.BUILDS_IMAGE, Deed.BUILDS_STAGE}


def no_scan(pipeline: Pipeline) -> Iterator[LintFinding]:
    """Images are built and none is scanned. Nothing is said if some steps could not be looked into."""
    built = [step for step in pipeline.steps if step.deed is Deed.BUILDS_IMAGE]
    scanned = any(step.deed in (Deed.SCANS, Deed.RUNS_FLOW) for step in pipeline.steps)
    if built and not scanned and not pipeline.unseen:
        message = "this pipeline builds an image, and nothing in it scans an image for vulnerabilities"
        fix = "run `./inv ci.run`, `./inv <service>.scan`, or a scanner (grype, trivy)"
        yield _finding(built[0].place, LintRule.NO_SCAN, message, fix)


def no_image(pipelines: Iterable[Pipeline]) -> Iterator[LintFinding]:
    """Pull requests are built and tested, and none of a system's pipelines builds the image for one."""
    of_systems: dict[CiSystem, list[Pipeline]] = {}
    for pipeline in pipelines:
        of_systems.setdefault(pipeline.system, []).append(pipeline)
    for group in of_systems.values():
        for pipeline in group:
            others = [other for other in group if other is not pipeline]
            if _works(pipeline) and not _has_image(pipeline) and not any(map(_has_image, others)):
                yield _without_image(pipeline)


def latest(pipeline: Pipeline) -> Iterator[LintFinding]:
    """Steps that push the tag ``latest``, which names another image tomorrow."""
    for step in dict.fromkeys(s for s in pipeline.steps if s.deed is Deed.PUSHES_LATEST):
        message = f"this pushes the tag latest ({step.detail}), which means another image tomorrow"
        yield _finding(step.place, LintRule.LATEST, message, "push a version, and deploy that")


def _asked(pipeline: Pipeline) -> Occasion | None:
    """What a pull request is judged by: its own run, or that of its branch where it has none (GitLab)."""
    return next((one for one in (Occasion.PULL_REQUEST, Occasion.FEATURE) if one in pipeline.starts), None)


def _works(pipeline: Pipeline) -> bool:
    return _asked(pipeline) is not None and any(step.deed in _BUILDS for step in pipeline.steps)


def _has_image(pipeline: Pipeline) -> bool:
    """A pull request's run may build the image, or do so where nobody could look."""
    asked = _asked(pipeline)
    built = any(_is_image(step) and asked in step.occasions for step in pipeline.steps)
    return asked is not None and (built or bool(pipeline.unseen))


def _is_image(step: Step) -> bool:
    return step.deed in (Deed.BUILDS_IMAGE, Deed.RUNS_FLOW)


def _without_image(pipeline: Pipeline) -> LintFinding:
    """Where the image is built on other occasions; else where pull requests start it."""
    asked = _asked(pipeline)
    assert asked is not None
    other = next((step.place for step in pipeline.steps if _is_image(step)), None)
    fix = "build the image for pull requests, too: `./inv ci.run` does"
    if other is None:
        message = "pull requests are built and tested here, but the image is built by no pipeline for them"
        return _finding(pipeline.starts[asked], LintRule.NO_IMAGE, message, fix)
    message = "the image is built here, but no condition on the way to it can hold for a pull request"
    return _finding(other, LintRule.NO_IMAGE, message, fix)


def _finding(place: Place, rule: LintRule, message: str, fix: str) -> LintFinding:
    return LintFinding(place.file, place.line, rule, message, fix)
