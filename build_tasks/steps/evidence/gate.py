"""Whether a version's evidence lets it into production."""

from __future__ import annotations

from build_tasks.config.scan_policy import read_scan_policy
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.evidence import ReleasedArtifacts
from build_tasks.model.proofs import EvidenceKind, Scanned
from build_tasks.model.scan import ScanPolicy
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.model.weighed import EvidenceFound
from build_tasks.planning.evidence.gate import Pushed, ScanRule, told, weigh
from build_tasks.planning.names import candidate_image, release_branch
from build_tasks.planning.scanning.policy import judge, production_refusal, too_old
from build_tasks.planning.scanning.table import named
from build_tasks.steps.evidence.evidence import attached_evidence, subject_of
from build_tasks.steps.release.release import main_ref, record
from build_tasks.steps.workbench import Workbench


def check_evidence(
    bench: Workbench, service: Service, version: Version, artifacts: ReleasedArtifacts
) -> EvidenceFound:
    """All the evidence that production asks for. Main says who may sign it and what a scan may find.

    :raises FlowError: REFUSED, with everything that is missing, failed, about something else, or signed by no
        accepted builder; or because the version has no release record that counts.
    """
    commit = record(bench, service, version).commit
    found = weigh_evidence(bench, service, version, artifacts, commit)
    if not found.complete:
        raise FlowError(
            f"promote {service.name} {version.tag}",
            f"its evidence does not do (image {artifacts.image.short})",
            _way_on(bench, service, version, found),
            code=ExitCode.REFUSED,
            details=told(found),
        )
    return found


def weigh_evidence(
    bench: Workbench, service: Service, version: Version, artifacts: ReleasedArtifacts, commit: str = ""
) -> EvidenceFound:
    """What counts of the evidence attached to a version's image, as production sees it.

    :param commit: the one that the release record names; empty: whatever commit it was pushed from.
    """
    ref = candidate_image(bench.settings, service.name).at(artifacts.image)
    pushed = Pushed(str(version), artifacts.chart, commit)
    subject = subject_of(bench, service, artifacts.image, pushed)
    return weigh(subject, attached_evidence(bench, ref), _production_rule(bench))


def main_policy(bench: Workbench) -> ScanPolicy:
    """The policy that production goes by: main's, whatever is checked out.

    :raises FlowError: CONFIG if it is wrong.
    """
    path = bench.settings.scan_policy
    return read_scan_policy(bench.source.show(main_ref(bench), path) or "", path)


def _production_rule(bench: Workbench) -> ScanRule:
    """Main's policy of today: a finding that was excepted for a while is refused when that has passed, and a
    scan by what has become too old is none."""
    policy, now = main_policy(bench), bench.clock.now()

    def rule(scanned: Scanned) -> list[str]:
        verdict = judge(scanned.report, policy, now.date())
        refused = f"the policy on {bench.settings.main_branch} refuses {named(verdict)} by now"
        reasons = (
            production_refusal(scanned.report, policy),
            too_old(scanned.report.database, policy, now),
            "" if verdict.passed else refused,
        )
        return [reason for reason in reasons if reason]

    return rule


def _way_on(bench: Workbench, service: Service, version: Version, found: EvidenceFound) -> str:
    """A scan can be made anew of the image that there is; whatever else is wrong takes another image."""
    main = bench.settings.main_branch
    if set(found.problems) == {EvidenceKind.SCAN}:
        return (
            f"have a builder scan it anew: run the pipeline of {release_branch(service.name, version)} again,"
            f" or ./inv {service.name}.scan --version {version} with its key; what is refused then is mended"
            f" in the next version, or excepted for a while in {bench.settings.scan_policy} on {main}"
        )
    return (
        f"have main's builder publish it anew (./inv ci.run --event manual on {main}), then cut the next"
        f" version: ./inv release.cut {service.name} --bump patch"
    )
