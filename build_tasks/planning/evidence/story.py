"""Evidence in words."""

from __future__ import annotations

from collections.abc import Iterator

from build_tasks.model.proofs import (
    Content,
    EvidenceKind,
    MadeFrom,
    Provenance,
    Released,
    Sbom,
    Scanned,
    TestsRun,
)
from build_tasks.model.scan import Finding
from build_tasks.model.story import ToldEvidence
from build_tasks.model.weighed import EvidenceFound
from build_tasks.planning.evidence.gate import moment
from build_tasks.planning.evidence.provenance import build_type, materials


def tell(found: EvidenceFound) -> tuple[ToldEvidence, ...]:
    """Every kind of evidence, whether there is any or not."""
    return tuple(_told(found, kind) for kind in EvidenceKind)


def _told(found: EvidenceFound, kind: EvidenceKind) -> ToldEvidence:
    piece, problems = found.accepted.get(kind), found.problems.get(kind, ())
    if piece is None:
        return ToldEvidence(kind.words, "", None, "", (), problems)
    content = piece.statement.content
    details = tuple(_details(content))
    return ToldEvidence(kind.words, piece.builder, moment(content), _says(content), details, problems)


def _says(content: Content) -> str:
    match content:
        case MadeFrom():
            return f"made from {content.revision[:12]} of {content.source}"
        case TestsRun():
            slowest = f" (slowest: {content.slowest})" if content.slowest else ""
            counts = f"{content.passed} passed, {content.failed} failed, {content.skipped} skipped"
            return f"{counts} in {content.seconds:.1f} s{slowest}"
        case Scanned():
            return _scan_says(content)
        case Sbom():
            return f"{content.format}, {content.components} components"
        case Provenance():
            version, given = content.type.rpartition("/")[2], len(materials(content))
            return f"SLSA {version}: {build_type(content) or 'no build type'}, {given} materials"
        case Released():
            return f"v{content.version} with chart {content.chart.short}, of commit {content.commit[:12]}"


def _scan_says(content: Scanned) -> str:
    report, verdict = content.report, content.verdict
    counts = [(len(verdict.refused), "refused"), (len(verdict.excepted), "excepted")]
    counts.append((len(verdict.tolerated), "tolerated"))
    found = ", ".join(f"{number} {word}" for number, word in counts if number) or "nothing found"
    return f"{report.scanner} {report.version}, its database of {report.database:%Y-%m-%d}: {found}"


def _details(content: Content) -> Iterator[str]:
    match content:
        case MadeFrom(bases=bases):
            yield from (f"{base} is {stands}" for base, stands in bases.items() if stands != base)
        case Scanned(report=report, verdict=verdict):
            yield from report.notes
            yield from (f"refused: {_finding(finding)}" for finding in verdict.refused)
            for finding, why in verdict.excepted:
                yield f"excepted until {why.expires} ({why.owner}: {why.reason}): {_finding(finding)}"
            yield from (f"tolerated: {_finding(finding)}" for finding in verdict.tolerated)


def _finding(finding: Finding) -> str:
    mended = f", mended in {finding.fixed}" if finding.fixed else ""
    where = f"{finding.package} {finding.installed}".rstrip()
    return f"{finding.id} in {where} ({finding.severity.words}{mended})"
