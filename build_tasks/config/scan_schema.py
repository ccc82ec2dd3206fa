"""The shape of ``policy/scan.toml``: what a scan of an image may find.

docs/scan.md repeats every key; a test keeps the two in step.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from build_tasks.config.documented_key import documented as _doc
from build_tasks.config.schema import NOT_BLANK

Scanner = Literal["grype", "patch-level"]
_BOTH = ("grype", "patch-level")
Said = Annotated[str, Meta(pattern=NOT_BLANK)]


class ExceptionTable(Struct, frozen=True, forbid_unknown_fields=True):
    """A finding that is accepted for a while: ``[[exceptions]]``."""

    id: Annotated[
        str, Meta(pattern=r"^\S+$"), _doc("the finding, or another name of it (CVE, GHSA)", "CVE-2026-1234")
    ]
    reason: Annotated[Said, _doc("why it may be there", "the function is never called")]
    owner: Annotated[Said, _doc("who answers for it", "shipping")]
    expires: Annotated[
        str,
        Meta(pattern=r"^\d{4}-\d{2}-\d{2}$"),
        _doc("the last day (UTC) on which it counts", "2026-12-24"),
    ]
    package: Annotated[str, _doc("in this package only; empty: in whichever", "libssl3t64")] = ""


class ScanPolicyFile(Struct, frozen=True, forbid_unknown_fields=True):
    """``policy/scan.toml``."""

    scanners: Annotated[
        tuple[Scanner, ...],
        Meta(min_length=1),
        _doc(
            "whose reports count; a later one only where the earlier know nothing", ["grype", "patch-level"]
        ),
    ] = ("grype",)
    production_accepts: Annotated[
        tuple[Scanner, ...],
        Meta(min_length=1),
        _doc("whose reports let a version into production", [*_BOTH]),
    ] = ("grype",)
    severity: Annotated[
        Literal["negligible", "low", "medium", "high", "critical"],
        _doc("findings are refused from here on", "medium"),
    ] = "high"
    only_with_fix: Annotated[bool, _doc("refuse only what a newer version mends", True)] = False
    unknown: Annotated[Literal["fail", "allow"], _doc("findings whose severity nobody has said", "allow")] = (
        "fail"
    )
    no_packages: Annotated[
        Literal["fail", "allow"],
        _doc("images without any system package, where patch-level has nothing to compare", "fail"),
    ] = "allow"
    max_age_days: Annotated[
        int, Meta(ge=1, le=365), _doc("what a scanner knows may be so old; older proves nothing", 2)
    ] = 5
    exceptions: tuple[ExceptionTable, ...] = ()
