"""The same is never built, tested or scanned twice, whoever did it first; unless somebody insists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.bill_of_materials import BillOfMaterials
from build_tasks.model.images import BuildRequest, Built
from build_tasks.model.plan import Action, Plan, Verb
from build_tasks.model.proofs import OF_CANDIDATES, EvidenceKind, Sbom
from build_tasks.model.scan import ScanReport
from build_tasks.planning.names import candidate_tag, local_image
from build_tasks.planning.plans.pipeline import candidate as pull_request
from build_tasks.planning.plans.pipeline import publication, release, validation
from build_tasks.steps.artifacts.candidates import Candidate, find_candidate
from build_tasks.steps.artifacts.image_labels import INPUTS_LABEL
from build_tasks.steps.artifacts.inputs import recipe
from build_tasks.steps.evidence.released import artifacts, released_versions
from build_tasks.steps.execute import execute
from build_tasks.steps.run import Run
from tests.fakes.samples import v, vs
from tests.fakes.scanning import finding
from tests.unit.steps.attesting import IMAGE, attest, candidate, contents, digest_of, inputs_of
from tests.unit.steps.shop import BASE, Shop

VERSION = v("1.0.2")
MAIN = publication("delivery", "changed")
PULL_REQUEST = pull_request("delivery", "changed")
VALIDATION = validation("delivery", "changed")


def action(verb: Verb) -> Action:
    return Action(verb, "delivery", "asked for", VERSION if verb is Verb.PUSH else None)


def targets(shop: Shop) -> list[str]:
    """Stages that were built on this machine."""
    return [request.target for request in shop.builder.built]


def idle(shop: Shop) -> bool:
    """Nothing was built, run, listed or made ready for a build on this machine."""
    return not (shop.builder.built or shop.builder.environments or shop.bases.provided or shop.bills.asked)


def skips(shop: Shop) -> set[str]:
    return {title.split()[0] for title in shop.reporter.skipped}


def there(shop: Shop) -> Candidate:
    found = find_candidate(shop.bench, shop.service, recipe(shop.bench, shop.service))
    assert found is not None
    return found


def refused(shop: Shop, actions: Sequence[Action], *, force: bool = False) -> FlowError:
    with pytest.raises(FlowError) as error:
        shop.run(*actions, force=force)
    return error.value


def test_main_leaves_a_candidate_with_all_its_evidence(shop: Shop) -> None:
    shop.run(*MAIN)
    assert targets(shop) == ["build", "testrunner", "final"]
    found = there(shop)
    assert found.evidence.complete
    assert {piece.builder for piece in found.evidence.accepted.values()} == {"builder"}
    assert candidate_tag(inputs_of(shop)) in shop.registry.tags(IMAGE)
    assert released_versions(shop.bench, shop.service) == []


def test_main_again_does_nothing(shop: Shop) -> None:
    shop.run(*MAIN)
    attached = len(shop.registry.attachments(there(shop).image, *(k.artifact_type for k in EvidenceKind)))
    shop.reporter.forget()
    shop.run(*MAIN)
    assert targets(shop) == ["build", "testrunner", "final"] and len(shop.builder.pushed) == 1
    assert skips(shop) == {"build", "test", "image", "scan", "publish"}
    assert attached == len(OF_CANDIDATES)
    assert attached == len(
        shop.registry.attachments(there(shop).image, *(k.artifact_type for k in EvidenceKind))
    )


@pytest.mark.parametrize("plan", [MAIN, PULL_REQUEST, VALIDATION])
def test_another_machine_with_the_same_commit(shop: Shop, plan: list[Action]) -> None:
    """A second clone, an empty cache: nothing is built, no base image is made, no test is run."""
    shop.run(*MAIN)
    shop.another_machine()
    shop.run(*plan)
    assert idle(shop) and shop.builder.pushed == {}


def test_a_release_takes_the_digest_that_main_built(shop: Shop) -> None:
    shop.run(*MAIN)
    built = there(shop).digest
    shop.another_machine()
    shop.run(*release(shop.service, VERSION))
    assert idle(shop) and shop.builder.pushed == {}
    assert artifacts(shop.bench, shop.service, VERSION).image == built
    assert skips(shop) >= {"build", "test", "image", "scan", "publish"}


def test_it_says_whose_work_it_was(shop: Shop) -> None:
    image = candidate(shop)
    shop.run(*PULL_REQUEST)
    when = f"{shop.clock.now():%Y-%m-%d %H:%M} UTC"
    assert shop.reporter.skipped == {
        "build delivery": f"built by builder on {when}: {image}",
        "test delivery": f"tested by builder on {when}: 12 passed, 0 failed, 1 skipped in 0.8 s"
        " (slowest: test_put 0.2 s)",
        "image delivery": f"built by builder on {when}: {image}",
        "scan delivery": f"scanned by builder on {when}; grype knows nothing newer",
    }


def test_other_inputs_are_other_work(shop: Shop) -> None:
    shop.run(*MAIN)
    shop.another_machine()
    shop.commit({"services/delivery/app.py": "changed\n"})
    shop.run(*MAIN)
    assert targets(shop) == ["build", "testrunner", "final"]
    shop.another_machine()
    shop.bases.stand_ins[BASE] = "stand-in/with-security-updates"
    shop.run(*MAIN)
    assert targets(shop) == ["build", "testrunner", "final"]


def test_force_does_everything_again(shop: Shop) -> None:
    shop.run(*MAIN)
    before = there(shop).digest
    shop.another_machine()
    shop.run(*MAIN, force=True)
    assert targets(shop) == ["build", "testrunner", "final"]
    assert len(shop.builder.environments) == 1 and len(shop.bills.asked) == 1
    assert there(shop).evidence.complete and there(shop).digest == before, (
        "the fake's builds are reproducible"
    )


def test_a_forced_release_releases_what_it_built(shop: Shop) -> None:
    candidate(shop, layer=b"theirs")
    shop.run(*release(shop.service, VERSION), force=True)
    assert targets(shop) == ["build", "testrunner", "final"]
    assert artifacts(shop.bench, shop.service, VERSION).image == there(shop).digest
    assert there(shop).evidence.complete


def test_a_release_without_a_candidate_leaves_one(shop: Shop) -> None:
    shop.run(*release(shop.service, VERSION))
    assert targets(shop) == ["build", "testrunner", "final"]
    assert there(shop).evidence.complete
    assert artifacts(shop.bench, shop.service, VERSION).image == there(shop).digest


def test_a_push_alone_does_what_is_missing(shop: Shop) -> None:
    shop.run(action(Verb.PUSH))
    assert targets(shop) == ["final", "testrunner"]
    assert there(shop).evidence.complete and released_versions(shop.bench, shop.service) == vs("1.0.2")


@pytest.mark.parametrize("missing", sorted(OF_CANDIDATES))
def test_a_candidate_that_lacks_something_is_made_again(shop: Shop, missing: EvidenceKind) -> None:
    """Whoever published it was interrupted."""
    candidate(shop, {kind: piece for kind, piece in contents(shop).items() if kind is not missing})
    shop.run(*MAIN)
    assert targets(shop) == ["build", "testrunner", "final"]
    assert there(shop).evidence.complete


def test_a_candidate_by_nobody_who_counts_is_made_again(shop: Shop) -> None:
    candidate(shop, key=shop.keys["stranger"])
    shop.run(*MAIN)
    assert targets(shop) == ["build", "testrunner", "final"]
    assert there(shop).evidence.complete


def test_an_image_whose_label_says_something_else_is_not_taken(shop: Shop) -> None:
    candidate(shop, inputs="f" * 64)
    shop.run(*release(shop.service, VERSION))
    assert targets(shop) == ["build", "testrunner", "final"]
    assert artifacts(shop.bench, shop.service, VERSION).image == there(shop).digest


# What a machine did itself.


def test_what_was_done_here_is_not_asked_for_elsewhere(shop: Shop) -> None:
    """A developer's second `inv delivery.test` asks nobody."""
    shop.run(*PULL_REQUEST)
    shop.registry.asked.clear()
    shop.run(*PULL_REQUEST)
    assert shop.registry.asked == []
    assert "unchanged inputs passed before" in shop.reporter.skipped["test delivery"]


def test_what_was_done_here_before_is_published_without_doing_it_again(shop: Shop) -> None:
    shop.run(*PULL_REQUEST)
    shop.clock.time += timedelta(hours=1)
    shop.run(*MAIN)
    assert targets(shop) == ["build", "testrunner", "final"] and len(shop.builder.environments) == 1
    tests = there(shop).evidence.accepted[EvidenceKind.TESTS].statement.content
    assert shop.clock.now() - tests.finished == timedelta(hours=1)  # type: ignore[union-attr]


def test_an_image_without_its_provenance_is_built_again_before_it_is_tested_and_scanned(shop: Shop) -> None:
    """The engine has the image, but nobody on this machine kept how it was built: somebody loaded it, say."""
    shop.run(action(Verb.IMAGE))
    engine = shop.builder
    shop.another_machine()
    shop.builder = engine
    shop.bench = replace(shop.bench, builder=engine)
    # A build is never quite the same bits: what the second one makes is another image.
    engine.labels["final"] = {"built": "again"}
    shop.run(*MAIN)
    assert targets(shop) == ["final", "build", "testrunner", "final"]
    reasons = shop.reporter.reasons
    assert reasons["build delivery, stage final"] == "nothing is kept of how the one in the engine was built"
    [scanned] = set(shop.bills.asked)
    assert [*shop.builder.pushed_images] == [scanned]
    assert there(shop).evidence.complete
    steps = [title.partition(",")[0] for title in shop.reporter.done]
    assert steps.count("build delivery") == 3, "and once each"


def test_what_is_pushed_is_what_was_scanned_whatever_its_name_means_by_then(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = shop.grype.scan

    def meanwhile(bill: BillOfMaterials) -> ScanReport:
        """Somebody gives the name to another image."""
        request = replace(shop.builder.built[-1], labels={INPUTS_LABEL: inputs_of(shop), "evil": "yes"})
        shop.builder.build(request)
        return scan(bill)

    monkeypatch.setattr(shop.grype, "scan", meanwhile)
    shop.run(*MAIN)
    assert [*shop.builder.pushed_images] == shop.bills.asked
    assert "evil" not in shop.registry.labels(there(shop).image)


@pytest.mark.parametrize("stage", ["testrunner", "final"])
def test_what_the_engine_has_under_an_image_s_name_is_signed_by_nobody(shop: Shop, stage: str) -> None:
    """Its label can be forged: whoever reaches the engine can give any image that name and that label."""
    made = recipe(shop.bench, shop.service)
    tag = local_image(shop.bench.settings, "delivery", stage, made.inputs)
    forged = {INPUTS_LABEL: made.inputs, "org.opencontainers.image.revision": shop.source.head().sha}
    context, dockerfile = str(shop.root), str(shop.root / "Dockerfile")
    shop.builder.build(BuildRequest(context, dockerfile, stage, tag, labels={**forged, "evil": "yes"}))
    shop.builder.built.clear()
    shop.run(*MAIN)
    assert targets(shop) == ["build", "testrunner", "final"]
    assert "evil" not in shop.registry.labels(there(shop).image)


def test_what_was_good_enough_to_look_at_is_built_to_be_signed_for(shop: Shop) -> None:
    """One run, whose first part publishes nothing."""
    engine = shop.builder
    shop.run(action(Verb.IMAGE))
    shop.another_machine()
    shop.builder, shop.bench = engine, replace(shop.bench, builder=engine)
    run = Run(shop.bench, "a change")
    engine.labels["final"] = {"built": "again"}
    execute(run, Plan("test", (action(Verb.SCAN),)))
    assert targets(shop) == ["final"]
    execute(run, Plan("test", tuple(MAIN)))
    assert targets(shop) == ["final", "build", "testrunner", "final"]
    assert [*engine.pushed_images] == shop.bills.asked[-1:] != shop.bills.asked[:1]
    assert there(shop).evidence.complete


def test_a_builder_that_tells_no_provenance(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    build = shop.builder.build

    def silent(request: BuildRequest) -> Built:
        build(request)
        return Built()

    monkeypatch.setattr(shop.builder, "build", silent)
    error = refused(shop, MAIN)
    assert error.code is ExitCode.TOOL_FAILED and "tells no provenance" in error.why
    assert shop.builder.pushed == {}


@pytest.mark.parametrize("plan", [MAIN, [action(Verb.PUSH)]])
def test_what_is_in_no_commit_is_not_published(shop: Shop, plan: list[Action]) -> None:
    shop.write({"services/delivery/app.py": "not committed\n"})
    error = refused(shop, plan)
    assert error.code is ExitCode.REFUSED and "uncommitted changes" in error.why
    assert shop.builder.pushed == {}


# Who may write.


@pytest.mark.parametrize("plan", [PULL_REQUEST, VALIDATION])
@pytest.mark.parametrize("published", [True, False])
def test_pull_requests_only_read(shop: Shop, plan: list[Action], published: bool) -> None:
    """No key, no right to write to the registry, no cache left there: and nothing is missing."""
    if published:
        candidate(shop)
    shop.registry.read_only = True
    shop.bench = replace(shop.bench, builder_key=shop.root / "no-key")
    shop.run(*plan)
    assert idle(shop) is published
    assert all(request.cache_to is None for request in shop.builder.built)


def test_a_pull_request_rescans_and_tells_nobody_else(shop: Shop) -> None:
    candidate(shop)
    shop.grype.database += timedelta(days=1)
    shop.registry.read_only = True
    shop.run(*PULL_REQUEST)
    assert shop.grype.scans == 1 and idle(shop)


def test_builds_of_main_leave_their_cache(shop: Shop) -> None:
    shop.run(*MAIN)
    assert [str(request.cache_to) for request in shop.builder.built] == [
        "None",
        "localhost:5001/delivery:cache-testrunner",
        "localhost:5001/delivery:cache",
    ]


@pytest.mark.parametrize("plan", [MAIN, [action(Verb.PUSH)]])
def test_without_a_key_nothing_is_begun(shop: Shop, plan: list[Action]) -> None:
    shop.bench = replace(shop.bench, builder_key=shop.root / "no-key")
    assert refused(shop, plan).code is ExitCode.CONFIG
    shop.bench = replace(shop.bench, builder_key=shop.keys["stranger"])
    error = refused(shop, plan)
    assert error.code is ExitCode.REFUSED
    assert 'stranger namespaces="evidence@build-tasks" ssh-ed25519' in error.fix
    assert idle(shop)


# A registry that does not answer.


@pytest.mark.parametrize("plan", [PULL_REQUEST, VALIDATION])
def test_without_a_registry_everything_is_done_here_and_it_is_said_once(
    shop: Shop, plan: list[Action]
) -> None:
    shop.registry.down.add("localhost:5001")
    shop.run(*plan)
    assert targets(shop)[:2] == ["build", "testrunner"]
    assert shop.reporter.warnings == [
        "what others built is not looked at: the registry localhost:5001 does not answer"
    ]
    assert all(request.cache_from == () for request in shop.builder.built), "nor is its cache"


def test_main_needs_its_registry(shop: Shop) -> None:
    shop.registry.down.add("localhost:5001")
    assert refused(shop, MAIN).code is ExitCode.UNAVAILABLE
    assert idle(shop)


# Scans.


def test_a_newer_database_calls_for_another_scan_and_for_nothing_else(shop: Shop) -> None:
    """From the bill of materials alone: the image is on no machine that is needed."""
    shop.run(*MAIN)
    shop.another_machine()
    shop.grype.database += timedelta(days=1)
    scans = shop.grype.scans
    shop.run(*MAIN)
    assert shop.grype.scans == scans + 1 and idle(shop)
    assert shop.reporter.reasons["scan delivery"] == "grype knows more than when builder scanned it"
    assert len(shop.registry.attachments(there(shop).image, EvidenceKind.SCAN.artifact_type)) == 2
    assert there(shop).evidence.complete
    shop.run(*release(shop.service, VERSION))
    assert shop.grype.scans == scans + 1


def test_a_candidate_in_which_something_was_found_since(shop: Shop) -> None:
    """What is found speaks against the candidate on every machine, and against its versions at the gate."""
    shop.run(*MAIN)
    shop.another_machine()
    shop.grype.database += timedelta(days=1)
    shop.grype.finds = [finding("CVE-2026-9")]
    error = refused(shop, release(shop.service, VERSION))
    assert error.code is ExitCode.SCAN_REFUSED
    assert released_versions(shop.bench, shop.service) == []
    assert "CVE-2026-9" in there(shop).evidence.problems[EvidenceKind.SCAN][0]
    assert refused(shop, PULL_REQUEST).code is ExitCode.SCAN_REFUSED


def test_what_the_policy_accepts_by_now_passes(shop: Shop) -> None:
    """An exception was made since: the last scan is held to the policy of today, and that is signed."""
    shop.grype.finds = [finding("CVE-2026-9")]
    assert refused(shop, MAIN).code is ExitCode.SCAN_REFUSED
    exception = 'id = "CVE-2026-9"\nreason = "never called"\nowner = "shipping"\nexpires = "2099-01-01"\n'
    shop.commit({"policy/scan.toml": f"[[exceptions]]\n{exception}"})
    shop.publish()
    shop.run(*MAIN)
    assert there(shop).evidence.complete


def test_a_scan_by_a_scanner_that_is_preferred_now(shop: Shop) -> None:
    candidate(shop, contents(shop, scanner="patch-level"))
    shop.run(*PULL_REQUEST)
    assert shop.grype.scans == 1 and idle(shop)


def test_a_refused_candidate_of_another_machine_is_not_built_again(shop: Shop) -> None:
    image = candidate(shop, contents(shop, finding("CVE-2026-9")))
    assert refused(shop, PULL_REQUEST).code is ExitCode.SCAN_REFUSED
    shop.grype.database += timedelta(days=1)
    shop.run(*release(shop.service, VERSION))
    assert idle(shop), "the database knows better by now"
    assert artifacts(shop.bench, shop.service, VERSION).image == digest_of(image)


def test_a_bill_of_materials_that_no_scanner_can_read(shop: Shop) -> None:
    bill = Sbom({"bomFormat": "CycloneDX", "components": [{}]})
    candidate(shop, {**contents(shop), EvidenceKind.SBOM: bill})
    assert refused(shop, PULL_REQUEST).code is ExitCode.SCANNER_UNAVAILABLE


def test_evidence_of_two_builders(shop: Shop) -> None:
    """The newest of each kind counts, whoever signed it."""
    image = candidate(shop)
    shop.clock.time += timedelta(minutes=1)
    attest(shop, image, {EvidenceKind.SCAN: contents(shop)[EvidenceKind.SCAN]})
    assert there(shop).evidence.complete
