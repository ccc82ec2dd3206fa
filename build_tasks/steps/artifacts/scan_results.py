"""What is kept of a scan: ``.build/<service>/scan/<inputs16>/`` with ``scan.json`` and ``bom.cdx.json``."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import msgspec

from build_tasks.model.scan import ScanReport

_REPORT, _BILL = "scan.json", "bom.cdx.json"


@dataclass(frozen=True)
class KeptScan:
    """A scan, whatever the policy makes of it.

    :param image: the engine's id of the image that was looked at.
    :param knowledge: identity of what the scanner knew.
    :param sbom: the bill of materials, CycloneDX JSON.
    """

    image: str
    knowledge: str
    report: ScanReport
    sbom: bytes


class _Kept(msgspec.Struct):
    image: str
    knowledge: str
    report: ScanReport


def read(folder: Path) -> KeptScan | None:
    """The scan kept there; None if there is none, or none that can be read."""
    try:
        kept = msgspec.json.decode((folder / _REPORT).read_bytes(), type=_Kept)
        return KeptScan(kept.image, kept.knowledge, kept.report, (folder / _BILL).read_bytes())
    except (OSError, msgspec.DecodeError):  # msgspec.ValidationError is one
        return None


def keep(folder: Path, scan: KeptScan) -> None:
    """Keep a scan in place of the one before: all of it or nothing."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        made = Path(scratch, "scan")
        made.mkdir()
        kept = _Kept(scan.image, scan.knowledge, scan.report)
        (made / _REPORT).write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=2))
        (made / _BILL).write_bytes(scan.sbom)
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
