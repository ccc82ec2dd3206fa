"""The gate for evidence: pure, so that every combination can be tried.

Of each kind the newest statement counts that an accepted builder signed and that is about this image, made
of these inputs. Newest by the time that is part of what was signed: who may write to the registry can attach
an old statement once more, and cannot make it younger. Of several judgements of one look by a scanner it is
the last; of several statements of the same moment one that speaks against the image. What does not count is
passed over as long as something counts, so that nobody can stop a release by attaching rubbish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from build_tasks.model.images import Digest
from build_tasks.model.proofs import (
    OF_CANDIDATES,
    Content,
    EvidenceKind,
    MadeFrom,
    Provenance,
    Released,
    Sbom,
    Scanned,
    SignedEvidence,
    TestsRun,
)
from build_tasks.model.weighed import Accepted, EvidenceFound
from build_tasks.planning.evidence.provenance import finished, moment_of
from build_tasks.planning.scanning.table import named

_NEVER = datetime.min.replace(tzinfo=UTC)

#: Every reason for which an environment does not take a scan; empty if it does.
ScanRule = Callable[[Scanned], Sequence[str]]


@dataclass(frozen=True)
class Pushed:
    """A version, as the registry has it.

    :param version: ``1.4.0``.
    :param commit: the one that its release record names; empty: not known here.
    """

    version: str
    chart: Digest
    commit: str = ""


@dataclass(frozen=True)
class Subject:
    """What evidence has to be about.

    :param inputs: the inputs hash that the image bears as its label.
    :param pushed: as which version; None: a candidate, which is none yet.
    """

    service: str
    image: Digest
    inputs: str
    pushed: Pushed | None = None

    @property
    def kinds(self) -> list[EvidenceKind]:
        """What there must be of it."""
        return [kind for kind in EvidenceKind if self.pushed or kind in OF_CANDIDATES]


def _any_scan(_scanned: Scanned) -> Sequence[str]:
    return ()


def weigh(
    subject: Subject, attached: Sequence[SignedEvidence], scan_rule: ScanRule = _any_scan
) -> EvidenceFound:
    """What counts of what is attached to an image, and everything there is to say against it."""
    accepted: dict[EvidenceKind, Accepted] = {}
    problems: dict[EvidenceKind, tuple[str, ...]] = {}
    for kind in subject.kinds:
        of_kind = [signed for signed in attached if signed.kind is kind]
        counting = [piece for signed in of_kind if isinstance(piece := _judged(subject, signed), Accepted)]
        if not counting:
            refused = [str(_judged(subject, signed)) for signed in of_kind]
            problems[kind] = tuple(dict.fromkeys(refused)) or ("missing",)
            continue
        newest = max(counting, key=lambda piece: _rank(piece.statement.content))
        accepted[kind] = newest
        failures = tuple(_failures(newest.statement.content, scan_rule))
        if failures:
            problems[kind] = failures
    return EvidenceFound(accepted, problems)


def charts(subject: Subject, attached: Sequence[SignedEvidence]) -> frozenset[str]:
    """The inputs hashes of all charts that an accepted builder found good to deploy an image with.

    Every statement that counts is asked, not the newest alone: charts come and go while the image stays.
    """
    counting = (piece for signed in attached if isinstance(piece := _judged(subject, signed), Accepted))
    made = (piece.statement.content for piece in counting)
    return frozenset(said.chart for said in made if isinstance(said, MadeFrom) and said.chart)


def told(found: EvidenceFound, kinds: Iterable[EvidenceKind] = EvidenceKind) -> list[str]:
    """Every problem in a line of its own, in the order of the kinds: ``vulnerability scan: missing``."""
    return [f"{kind.words}: {problem}" for kind in kinds for problem in found.problems.get(kind, ())]


def moment(content: Content) -> datetime | None:
    """When what is testified happened (UTC); None if it does not say."""
    match content:
        case MadeFrom():
            return content.recorded
        case TestsRun():
            return content.finished
        case Scanned():
            return content.report.scanned
        case Provenance():
            return finished(content)
        case Released():
            return content.pushed
        case Sbom(document=document):
            metadata = document.get("metadata")
            return moment_of(metadata.get("timestamp") if isinstance(metadata, dict) else None)


def _rank(content: Content) -> tuple[datetime, datetime, bool]:
    """Orders statements of a kind; the greatest counts. A later judgement knows no more than its scan did."""
    happened = moment(content) or _NEVER
    judged = content.judged if isinstance(content, Scanned) else None
    return happened, judged or happened, bool(_failures(content, _any_scan))


def _judged(subject: Subject, signed: SignedEvidence) -> Accepted | str:
    """The piece if it counts, else why it does not."""
    said = signed.statement
    if said is None:
        return f"cannot be read: {signed.refusal}"
    if signed.signer is None or signed.refusal:
        return f"signed by no accepted builder: {signed.refusal or 'it is not signed'}"
    who = signed.signer.principal
    if said.kind is not signed.kind:
        return f"what {who} signed is about the {said.kind.words}"
    if said.service != subject.service:
        return f"what {who} signed is about {said.service}"
    if said.image != subject.image:
        return f"what {who} signed is about image {said.image.short}, not {subject.image.short}"
    if said.inputs != subject.inputs:
        return f"what {who} signed is about inputs {said.inputs[:12]}, not {subject.inputs[:12]}"
    other = _other_release(subject.pushed, said.content)
    return f"what {who} signed is about {other}" if other else Accepted(said, who)


def _other_release(wanted: Pushed | None, said: Content) -> str:
    """What a statement about a version is about, if not the version that is asked for."""
    if wanted is None or not isinstance(said, Released):
        return ""
    if said.version != wanted.version:
        return f"version {said.version}"
    if said.chart != wanted.chart:
        return f"chart {said.chart.short}, not {wanted.chart.short}"
    if wanted.commit and said.commit != wanted.commit:
        return f"commit {said.commit[:12]}; the release record names {wanted.commit[:12]}"
    return ""


def _failures(content: Content, scan_rule: ScanRule) -> Sequence[str]:
    """Why what counts speaks against the image; empty if it does not."""
    match content:
        case TestsRun(failed=failed) if failed:
            return (f"{failed} failed",)
        case TestsRun(passed=0):
            return ("no test passed",)
        case Scanned(verdict=verdict) if not verdict.passed:
            return (f"the policy refuses {named(verdict)}",)
        case Scanned():
            return scan_rule(content)
        case _:
            return ()
