"""Findings for the reader: worst first, what they are in, and what to do about each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from build_tasks.model.scan import NO_PACKAGES, Finding, ScanException, ScanResult, Verdict

HEAD = ("severity", "found", "package", "installed", "fixed", "what to do")
#: Rows that are shown, and identifiers in one of them; the rest is counted.
_ROWS, _NAMED = 40, 3
#: Findings that a clause names.
_CLAUSE = 5
#: Where a version of a package is written down, by the package's ecosystem.
_PLACES = {
    "deb": "upgrade it in the Dockerfile, or the base image",
    "pypi": "raise it in the requirements",
    "npm": "raise it in package.json and its lock",
    "golang": "raise it in go.mod",
}


def refused_lines(verdict: Verdict) -> list[str]:
    """The refused findings as an aligned table; findings with one remedy share a row."""
    expired = {finding: exception for finding, exception in verdict.expired}
    grouped: dict[tuple[str, ...], list[Finding]] = {}
    for finding in verdict.refused:
        remedy = _to_do(finding)
        if finding in expired:
            exception = expired[finding]
            remedy = f"its exception ({exception.owner}) expired on {exception.expires}; {remedy}"
        key = (finding.severity.words, finding.package, finding.installed, finding.fixed, remedy)
        grouped.setdefault(key, []).append(finding)
    rows = [(key[0], _names(found), key[1], key[2], key[3] or "-", key[4]) for key, found in grouped.items()]
    lines = _aligned([HEAD, *rows[:_ROWS]])
    return [*lines, f"... and {len(rows) - _ROWS} more"] if len(rows) > _ROWS else lines


def summary(result: ScanResult) -> str:
    """A scan in one line."""
    verdict, report = result.verdict, result.report
    parts = [f"{len(verdict.refused)} refused"] if verdict.refused else []
    parts += [f"{len(verdict.excepted)} excepted"] if verdict.excepted else []
    parts += [f"{len(verdict.tolerated)} below the policy"] if verdict.tolerated else []
    found = ", ".join(parts) or "nothing found"
    return f"{report.scanner} ({report.database:%Y-%m-%d}): {found}"


def excepted_lines(verdict: Verdict) -> list[str]:
    """Each exception that was made use of."""
    return [
        f"{finding.id} in {finding.package} is excepted until {exception.expires} "
        f"({exception.owner}: {exception.reason})"
        for finding, exception in verdict.excepted
    ]


def named(verdict: Verdict) -> str:
    """What is refused, in a clause: five findings at most, and when exceptions of theirs ended."""
    expired = {finding: exception for finding, exception in verdict.expired}
    names = []
    for finding in verdict.refused[:_CLAUSE]:
        ended = expired.get(finding)
        why = f" (its exception, by {ended.owner}, expired on {ended.expires})" if ended else ""
        names.append(f"{finding.id} in {finding.package}{why}")
    more = len(verdict.refused) - _CLAUSE
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def expired_lines(exceptions: Iterable[ScanException]) -> list[str]:
    """Exceptions that count no more, whether or not what they were for is still there."""
    return [
        f"exception {one.id}{f' in {one.package}' if one.package else ''} ({one.owner}: {one.reason})"
        f" expired on {one.expires}"
        for one in exceptions
    ]


def _to_do(finding: Finding) -> str:
    if finding.id == NO_PACKAGES:
        return "let a scanner with a database look at it, or set no_packages"
    if not finding.fixed:
        return "no newer version mends it: do without the package, or except it for a while"
    return _PLACES.get(finding.kind, "raise it where the image gets it from")


def _names(found: Sequence[Finding]) -> str:
    ids = [finding.id for finding in found]
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return ", ".join(ids[:_NAMED]) + more


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(_padded(row, widths)).rstrip() for row in rows]


def _padded(row: Sequence[str], widths: Sequence[int]) -> Iterable[str]:
    return (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
