"""Path filters: what they miss, and what they name that is not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from build_tasks.model.ci import CiSystem
from build_tasks.model.ci_lint import LintFinding, LintRule
from build_tasks.planning.ci_lint.facts import Repository, ServiceInputs, Tracked
from build_tasks.planning.ci_lint.pipelines import Filter, Pattern, Pipeline
from build_tasks.planning.ci_lint.rules.concerned import concerned

#: How each system writes "all that is in a folder".
_BELOW = {CiSystem.AZURE: "", CiSystem.GITHUB: "/**", CiSystem.GITLAB: "/**/*"}


def missed_inputs(pipeline: Pipeline, repository: Repository) -> Iterator[LintFinding]:
    """Filters that leave out what a service is built from, one finding for each path by which it belongs."""
    for part in pipeline.parts:
        for one in part.filters:
            for service in concerned(part, one, repository):
                yield from _missed(pipeline.system, one, service, repository.tracked)


def dead_paths(pipeline: Pipeline, repository: Repository) -> Iterator[LintFinding]:
    """Entries that match no file that git tracks."""
    for pattern in {(one.text, one.place): one for one in pipeline.patterns}.values():
        if not repository.tracked.holds(pattern):
            message = f"the path filter {pattern.text!r} matches no file that git tracks"
            fix = _hint(pipeline.system, pattern, repository.tracked)
            yield LintFinding(pattern.place.file, pattern.place.line, LintRule.DEAD_PATH, message, fix)


def _missed(
    system: CiSystem, filter: Filter, service: ServiceInputs, tracked: Tracked
) -> Iterator[LintFinding]:
    left_out: dict[str, list[str]] = {}
    for file, source in service.inputs.items():
        if not filter.selects(file):
            left_out.setdefault(source, []).append(file)
    held = Counter(service.inputs.values())
    for source, files in left_out.items():
        whole = len(files) == held[source]
        built = f"{service.name} is built from {source} ({service.why[source]})"
        message = f"{built}, {'which' if whole else 'of which'} this filter leaves out{_some(files, whole)}"
        below = source if tracked.is_file(source) else f"{source}{_BELOW[system]}"
        # An entry for that very folder that does not do what its author thought: `delivery/*`, `delivery/**`.
        meant = any(p.text.strip("/*") == source for p in filter.patterns)
        fix = f"add {below}" if whole or meant else f"add {', '.join(files[:3])}"
        yield LintFinding(filter.place.file, filter.place.line, LintRule.MISSED_INPUT, message, fix)


def _some(files: Sequence[str], whole: bool) -> str:
    others = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return "" if whole else f" {files[0]}{others}"


def _hint(system: CiSystem, pattern: Pattern, tracked: Tracked) -> str:
    """What was probably meant."""
    written = pattern.text.removeprefix("!")
    path = written.removeprefix("./").strip("/")
    if "$" in written and system is not CiSystem.GITLAB:
        return "filters cannot hold variables: write the path out"
    if path in tracked.folders:
        return f"a folder's files are {path}{_BELOW[system]}"
    if system is not CiSystem.AZURE and written.startswith(("/", "./")):
        return f"paths begin at the root, without a slash: {path}"
    begins = pattern.begins.rstrip("/")
    if begins in tracked.folders:
        return f"nothing in {begins} is called so"
    if tracked.spelled(begins):
        return f"git tells upper from lower case: {tracked.spelled(begins)}"
    depth = begins.count("/")
    close = get_close_matches(begins, [one for one in tracked.folders if one.count("/") == depth], 1)
    return f"did you mean {close[0]}?" if close else "correct it, or leave it out"
