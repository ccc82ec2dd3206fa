"""Building, testing and scanning what is made of the same inputs once, on whichever machine.

What an accepted builder published of these inputs is not done again. A run that publishes asks the registry
first; any other is content with what was done on this machine, and asks the registry only where nothing was.
"""

from __future__ import annotations

from pathlib import Path

from build_tasks.model.images import Digest
from build_tasks.model.proofs import EvidenceKind, TestsRun
from build_tasks.model.service import Service
from build_tasks.model.tests import TestOutcome, TestSummary
from build_tasks.model.weighed import Accepted
from build_tasks.planning.dockerfiles.dockerfile import BUILD, FINAL
from build_tasks.planning.evidence.gate import moment
from build_tasks.steps.artifacts.candidates import Candidate, add_chart, publish_candidate
from build_tasks.steps.artifacts.image import build_stage, present_image
from build_tasks.steps.artifacts.proofs import note_tests, proofs
from build_tasks.steps.artifacts.rescan import scan_candidate
from build_tasks.steps.artifacts.scan import remembered_scan, scan
from build_tasks.steps.artifacts.test import test
from build_tasks.steps.artifacts.test_results import results_of
from build_tasks.steps.run import Run


def build_once(run: Run, service: Service) -> None:
    """The code of a service, in the engine."""
    candidate = _elsewhere(run, service, here=_has_image(run, service, BUILD))
    if candidate is None:
        build_stage(run.bench, service, BUILD, run.recipe(service), force=run.force)
    else:
        _say_built(run, f"build {service.name}", candidate)


def test_once(run: Run, service: Service) -> None:
    """A service's unit tests."""
    if service.name in run.tested:
        return
    made = run.recipe(service)
    results = results_of(run.bench, service, made, run.matching)
    here = bool(run.matching) or (run.key is None and results.remembered() is not None)
    candidate = _elsewhere(run, service, here=here)
    if candidate is None:
        summary = test(run.bench, service, made, force=run.force, matching=run.matching)
        if not run.matching:
            note_tests(run.bench, service, made)
    else:
        results.withdraw()
        tests = candidate.evidence.accepted[EvidenceKind.TESTS]
        summary = _summary(tests)
        run.bench.reporter.skip(f"test {service.name}", f"tested by {_who(tests)}: {summary.line}")
    run.tested[service.name] = summary


def image_once(run: Run, service: Service) -> None:
    """A service's runtime image, in the engine."""
    candidate = _elsewhere(run, service, here=_has_image(run, service, FINAL))
    if candidate is None:
        run.runtime_image(service, force=run.force)
    else:
        _say_built(run, f"image {service.name}", candidate)


def scan_once(run: Run, service: Service) -> None:
    """A scan of the runtime image; again where more is known than at the last one.

    :raises FlowError: SCAN_REFUSED, SCANNER_UNAVAILABLE.
    """
    if service.name in run.scanned:
        return
    made = run.recipe(service)
    here = run.key is None and remembered_scan(run.bench, service, made) is not None
    candidate = _elsewhere(run, service, here=here)
    if candidate is None:
        image = run.runtime_image(service)
        run.scanned[service.name] = scan(run.bench, service, made, image, force=run.force)
    else:
        run.scanned[service.name] = scan_candidate(run.bench, service, made, candidate, run.key)


def publish_once(run: Run, service: Service) -> Digest:
    """The candidate of a service in the registry, with all its evidence; gives its digest.

    :raises FlowError: whatever building, testing and scanning raise; REFUSED for what is in no commit.
    """
    if service.name in run.published:
        return run.published[service.name]
    candidate = run.candidate(service)
    scan_once(run, service)
    if candidate is not None:
        title = f"publish {candidate.image.repository}"
        run.bench.reporter.skip(title, f"the same content is there as {candidate.digest.short}")
        digest, made = candidate.digest, run.recipe(service)
        add_chart(run.bench, service, made, candidate, run.checked_chart(service), _key(run))
    else:
        digest = _publish(run, service)
    run.published[service.name] = digest
    return digest


def _publish(run: Run, service: Service) -> Digest:
    test_once(run, service)
    made, image = run.recipe(service), run.runtime_image(service)
    tested, scanned = run.tested[service.name], run.scanned[service.name]
    chart = run.checked_chart(service)
    contents = proofs(run.bench, service, made, image, tested, scanned, chart=chart)
    published = publish_candidate(run.bench, service, made, image, contents, _key(run))
    assert published.digest is not None
    return published.digest


def _key(run: Run) -> Path:
    assert run.key is not None, "a run that publishes was given no key"
    return run.key


def _elsewhere(run: Run, service: Service, *, here: bool) -> Candidate | None:
    """What was published of the inputs, where there is a reason to ask.

    :param here: it was done on this machine, as the step itself will say.
    """
    return None if here and run.key is None else run.candidate(service)


def _has_image(run: Run, service: Service, stage: str) -> bool:
    if run.key is not None:
        return False  # it makes no difference, so the engine need not be asked
    return present_image(run.bench, service, stage, run.recipe(service)) is not None


def _say_built(run: Run, title: str, candidate: Candidate) -> None:
    made = candidate.evidence.accepted[EvidenceKind.INPUTS]
    run.bench.reporter.skip(title, f"built by {_who(made)}: {candidate.image}")


def _who(piece: Accepted) -> str:
    """Who did it, and when."""
    when = moment(piece.statement.content)
    return f"{piece.builder} on {when:%Y-%m-%d %H:%M} UTC" if when else piece.builder


def _summary(piece: Accepted) -> TestSummary:
    said = piece.statement.content
    assert isinstance(said, TestsRun), "evidence of a kind holds what belongs to it"
    return TestSummary(TestOutcome.PASSED, said.passed, said.failed, said.skipped, said.seconds, said.slowest)
