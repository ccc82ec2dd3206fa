"""Which files are reports of tests, and of which dialect, by name and content."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from posixpath import basename
from xml.etree import ElementTree

from build_tasks.model.tests import TestReport
from build_tasks.planning.reports import go_events, junit, tap, trx

#: How much of a file's beginning tells its dialect, in bytes.
HEAD_BYTES = 512

_BOM = b"\xef\xbb\xbf"
_TAP_BEGINS = re.compile(rb"\s*TAP version 1[0-9]\s*$", re.MULTILINE)
#: The keys are in the order of the struct in Go's source, so one of these is first.
_GO_BEGINS = re.compile(rb'\s*\{"(Time|Action|Package|ImportPath)":')


class Dialect(StrEnum):
    """What a file is written in. XML is told apart by its root."""

    XML = "XML"
    TAP = "TAP"
    GO = "Go test JSON"


def dialect(name: str, head: bytes) -> Dialect | None:
    """What a file may be, or None if it is no report.

    :param name: its path, with ``/``.
    :param head: its first HEAD_BYTES.
    """
    name = basename(name).lower()
    head = head.removeprefix(_BOM)
    if name.endswith((".xml", ".trx")):
        return Dialect.XML
    if name.endswith(".tap") or _TAP_BEGINS.match(head):
        return Dialect.TAP
    if re.fullmatch(r"go-?test.*\.(json|jsonl|ndjson)", name) or _GO_BEGINS.match(head):
        return Dialect.GO
    return None


def read_report(kind: Dialect, name: str, data: bytes) -> TestReport | None:
    """Read a file of that dialect; None for XML of another kind (coverage, for one)."""
    readers: dict[Dialect, Callable[[bytes], TestReport]] = {
        Dialect.TAP: tap.read_tap,
        Dialect.GO: go_events.read_go,
    }
    if kind in readers:
        return readers[kind](data)
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        return TestReport((), f"no XML: {error}")
    if root.tag in junit.ROOTS:
        return junit.read_junit(root)
    if root.tag == trx.ROOT:
        return trx.read_trx(root)
    return TestReport((), f"no TRX: its root is {root.tag[:100]}") if name.lower().endswith(".trx") else None
