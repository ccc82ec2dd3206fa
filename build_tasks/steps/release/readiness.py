"""Whether main's pipeline passed for a commit: what a release may be cut from.

Judged by content, not by a CI system's word. What counts is everything that the release will be made of:

- what goes into the images, and the base images: they are the inputs hash, under which main's pipeline leaves
  the candidate with its evidence. A base image counts by the name of what stands for it, so `platform.lock`
  counts with what it says of the service's own references;
- the chart, the charts that it stands on (``file://``) and the service.toml that it is held to: they are in
  no image. The pipeline testifies to a hash of their own, on the candidate, once the chart passed all checks.
  So a commit that broke nothing but the chart is none to release, nor is the next one, which changed nothing.

Both hashes are worked out from the files that are checked out. These must therefore be the commit's, in all
of the above and in what concerns every service (``affected.repository_wide``, the settings among them).
"""

from __future__ import annotations

from build_tasks.config.platform_lock import FILE as PINS
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.proofs import EvidenceKind
from build_tasks.model.service import Service
from build_tasks.model.source import Commit
from build_tasks.model.version import Version
from build_tasks.planning.evidence.gate import told
from build_tasks.planning.names import candidate_image, candidate_tag
from build_tasks.steps.artifacts.candidates import find_candidate
from build_tasks.steps.artifacts.inputs import chart_inputs, chart_paths, recipe
from build_tasks.steps.workbench import Workbench


def check_pipeline(bench: Workbench, service: Service, version: Version, commit: Commit) -> None:
    """Main's pipeline passed for what the service is made of at that commit.

    :param commit: the tip of main.
    :raises FlowError: REFUSED if it did not, has not yet, or that cannot be told from this clone.
    """
    title = f"see what main's pipeline made of {commit.sha[:12]}"
    if not bench.settings.require_candidate:
        bench.reporter.skip(title, "release.require_candidate is off")
        return
    with bench.reporter.step(title, "a release is cut from what it built, tested and scanned"):
        problems = pipeline_problems(bench, service, commit)
        if problems:
            raise FlowError(
                f"cut {service.name} {version.tag}",
                f"main's pipeline did not pass for {service.name} at {commit.sha[:12]} {commit.subject}",
                "wait for it, or see why it failed; ./inv ci.run --event manual there looks at every service;"
                " where no pipeline runs that: require_candidate = false in [tool.build_tasks.release]",
                code=ExitCode.REFUSED,
                details=problems,
            )


def pipeline_problems(bench: Workbench, service: Service, commit: Commit) -> list[str]:
    """What there is to say against main's pipeline having passed for a service at a commit; empty if it has.

    It has passed when the candidate for what the service's images are made of there is in the registry, its
    evidence is complete, good, and by accepted builders, and one of these says that the chart passed.
    Whichever commit that was said for: only what goes in counts.

    :raises FlowError: REFUSED if this clone has something else checked out than the service is made of there.
    """
    made, chart = recipe(bench, service), chart_inputs(bench, service)
    _check_same(bench, service, commit, made.paths)
    candidate = find_candidate(bench, service, made)
    if candidate is None:
        tagged = candidate_image(bench.settings, service.name).tagged(candidate_tag(made.inputs))
        return [f"there is no candidate {tagged}"]
    problems = told(candidate.evidence)
    if EvidenceKind.INPUTS in candidate.evidence.accepted and chart not in candidate.charts:
        problems.append(
            f"chart: no accepted builder says that it passed as it is there (inputs {chart[:12]})"
        )
    return problems


def _check_same(bench: Workbench, service: Service, commit: Commit, paths: tuple[str, ...]) -> None:
    """The inputs are those of the files that are checked out, so these must be the commit's."""
    head = bench.source.head().sha
    if head == commit.sha:
        return
    above = [*paths, service.dockerfile, *chart_paths(bench, service), PINS]
    everywhere = bench.settings.affected.repository_wide
    other = [
        changed
        for changed in bench.source.changed_paths(head, commit.sha)
        if any(path in (".", changed) or changed.startswith(f"{path}/") for path in above)
        or everywhere.match(changed)
    ]
    if other:
        main = bench.settings.main_branch
        raise FlowError(
            f"see what main's pipeline made of {commit.sha[:12]}",
            f"what is checked out differs from it in what {service.name} is made of",
            f"check out the tip of {main}: git checkout {main} && git pull",
            code=ExitCode.REFUSED,
            details=other[:10],
        )
