"""A pushed version is scanned anew, whatever became of its branch, its base images or its candidate."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import Ref
from build_tasks.model.plan import Action, Verb
from build_tasks.model.proofs import EvidenceKind, Sbom, Scanned
from build_tasks.model.weighed import Accepted
from build_tasks.planning.plans.pipeline import release
from build_tasks.steps.artifacts.image_labels import INPUTS_LABEL
from build_tasks.steps.evidence.gate import weigh_evidence
from build_tasks.steps.evidence.released import artifacts
from tests.fakes.samples import v
from tests.fakes.scanning import finding
from tests.unit.steps.attesting import IMAGE, attest, contents, inputs_of
from tests.unit.steps.shop import BASE, Shop

VERSION = v("1.0.2")
SCAN = Action(Verb.SCAN, "delivery", "asked for", VERSION)
EXCEPTION = """
[[exceptions]]
id = "CVE-2026-9"
reason = "never called"
owner = "shipping"
expires = 2099-01-01
"""


@pytest.fixture
def released(shop: Shop) -> Shop:
    """1.0.2 was pushed six days ago; the database is of today."""
    shop.run(*release(shop.service, VERSION))
    shop.another_machine()
    shop.clock.time += timedelta(days=6)
    shop.grype.database = shop.clock.now()
    return shop


def image(shop: Shop) -> Ref:
    return IMAGE.at(artifacts(shop.bench, shop.service, VERSION).image)


def scans(shop: Shop) -> int:
    return len(shop.registry.attachments(image(shop), EvidenceKind.SCAN.artifact_type))


def counting(shop: Shop) -> Accepted:
    """The scan that counts at the gate."""
    found = artifacts(shop.bench, shop.service, VERSION)
    return weigh_evidence(shop.bench, shop.service, VERSION, found).accepted[EvidenceKind.SCAN]


def open_(shop: Shop) -> bool:
    found = artifacts(shop.bench, shop.service, VERSION)
    return weigh_evidence(shop.bench, shop.service, VERSION, found).complete


def refused(shop: Shop, *actions: Action) -> FlowError:
    with pytest.raises(FlowError) as error:
        shop.run(*actions)
    return error.value


def test_the_pipeline_of_its_branch_scans_it_anew(released: Shop) -> None:
    assert not open_(released)
    released.run(*release(released.service, VERSION))
    assert open_(released) and scans(released) == 2
    assert released.builder.built == [] and released.bills.asked == [], "its bill of materials is enough"


def test_alone_it_asks_for_nothing_but_the_registry(released: Shop) -> None:
    """Not even for what the service would be built from now."""
    released.write({"services/delivery/Dockerfile": "FROM nowhere\n"})
    released.run(SCAN)
    assert open_(released)
    assert released.builder.built == [] and released.bills.asked == []


def test_base_images_that_were_renewed_since_make_no_difference(released: Shop) -> None:
    before = image(released)
    released.bases.stand_ins[BASE] = "stand-in/with-security-updates"
    released.run(*release(released.service, VERSION))
    assert image(released) == before and open_(released)


def test_a_candidate_that_was_replaced_since_makes_no_difference(released: Shop) -> None:
    tag = next(tag for tag in released.registry.tags(IMAGE) if tag.startswith("i-"))
    other = released.registry.add_image(IMAGE.tagged(tag), {INPUTS_LABEL: inputs_of(released)}, b"other")
    attest(released, IMAGE.at(other), contents(released))
    released.run(*release(released.service, VERSION))
    assert image(released).digest != other and open_(released)


def test_a_version_that_is_new_is_scanned_as_what_it_is_made_of(shop: Shop) -> None:
    shop.run(*release(shop.service, VERSION))
    assert scans(shop) == 1 and shop.grype.scans == 1


def test_where_nothing_newer_is_known_nothing_is_attached(shop: Shop) -> None:
    shop.run(*release(shop.service, VERSION))
    shop.run(SCAN)
    assert scans(shop) == 1 and shop.grype.scans == 1
    assert "grype knows nothing newer" in shop.reporter.skipped["scan delivery"]


def test_force_looks_again(shop: Shop) -> None:
    shop.run(*release(shop.service, VERSION))
    shop.grype.finds = [finding("CVE-2026-9")]
    with pytest.raises(FlowError):
        shop.run(SCAN, force=True)
    assert shop.grype.scans == 2 and shop.reporter.reasons["scan delivery"] == "forced"


def test_what_was_found_since_is_attached_and_refused(released: Shop) -> None:
    released.grype.finds = [finding("CVE-2026-9")]
    error = refused(released, SCAN)
    assert error.code is ExitCode.SCAN_REFUSED
    assert error.fix.endswith("its id, reason, owner and expires in policy/scan.toml on main")
    assert scans(released) == 2 and not open_(released)


def test_it_is_held_to_main_s_policy(released: Shop) -> None:
    """An exception that main made since helps a version whose branch does not know it; one of the branch
    does not."""
    released.grype.finds = [finding("CVE-2026-9")]
    released.write({"policy/scan.toml": EXCEPTION})
    assert refused(released, SCAN).code is ExitCode.SCAN_REFUSED
    released.commit({"policy/scan.toml": EXCEPTION})
    released.publish()
    released.write({"policy/scan.toml": ""})
    released.clock.time += timedelta(minutes=1)
    released.run(*release(released.service, VERSION))
    assert open_(released), "the newest judgement counts, also of the same look"
    assert released.grype.scans == 2


def test_an_exception_that_ended_since(released: Shop) -> None:
    """It stops the scan. What is signed is about the findings: a line about something else is not this
    version's fault."""
    released.commit({"policy/scan.toml": EXCEPTION.replace("2099-01-01", "2026-03-03")})
    released.publish()
    error = refused(released, SCAN)
    assert error.code is ExitCode.SCAN_REFUSED
    assert error.details == ("exception CVE-2026-9 (shipping: never called) expired on 2026-03-03",)
    assert error.fix.endswith(
        "policy/scan.toml on main, or renew it: a later day, and a reason that still holds"
    )
    assert open_(released)


def test_a_scan_that_is_missing_is_made(shop: Shop) -> None:
    shop.run(*release(shop.service, VERSION))
    digest = shop.registry.add_image(IMAGE.tagged("v1.0.2"), {INPUTS_LABEL: inputs_of(shop)}, b"theirs")
    pieces = contents(shop)
    del pieces[EvidenceKind.SCAN]
    attest(shop, IMAGE.at(digest), pieces)
    shop.run(SCAN)
    found = artifacts(shop.bench, shop.service, VERSION)
    assert EvidenceKind.SCAN not in weigh_evidence(shop.bench, shop.service, VERSION, found).problems
    assert shop.reporter.reasons["scan delivery"] == f"no scan of {digest} counts"


def test_a_scanner_that_the_policy_prefers_by_now(released: Shop) -> None:
    pieces = contents(released, scanner="patch-level")
    attest(released, image(released), {EvidenceKind.SCAN: pieces[EvidenceKind.SCAN]})
    released.clock.time += timedelta(minutes=1)
    released.grype.database = released.clock.now()
    released.run(SCAN)
    said = counting(released).statement.content
    assert isinstance(said, Scanned) and said.report.scanner == "grype"


@pytest.mark.parametrize("sbom", [None, Sbom({"bomFormat": "CycloneDX", "components": [{}]})])
def test_without_its_bill_of_materials_nothing_can_be_scanned(shop: Shop, sbom: Sbom | None) -> None:
    shop.run(*release(shop.service, VERSION))
    digest = shop.registry.add_image(IMAGE.tagged("v1.0.2"), {INPUTS_LABEL: inputs_of(shop)}, b"theirs")
    attest(shop, IMAGE.at(digest), {EvidenceKind.SBOM: sbom} if sbom else {})
    error = refused(shop, SCAN)
    assert error.code is (ExitCode.SCANNER_UNAVAILABLE if sbom else ExitCode.REFUSED)
    assert sbom or error.details == ("bill of materials: missing",)


def test_who_signs_is_an_accepted_builder(released: Shop) -> None:
    released.bench = replace(released.bench, builder_key=released.root / "no-key")
    assert refused(released, SCAN).code is ExitCode.CONFIG
    released.bench = replace(released.bench, builder_key=released.keys["stranger"])
    assert refused(released, SCAN).code is ExitCode.REFUSED
    assert scans(released) == 1


def test_a_database_that_is_as_old_as_the_scan_renews_nothing(released: Shop) -> None:
    released.grype.database -= timedelta(days=6)
    error = refused(released, SCAN)
    assert error.code is ExitCode.SCANNER_UNAVAILABLE and scans(released) == 1
