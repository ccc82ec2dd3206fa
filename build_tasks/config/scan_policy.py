"""``policy/scan.toml``: what a scan of an image may find."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

from build_tasks.config.characters import character_problems
from build_tasks.config.problems import Problem, problem_at, shape_problems
from build_tasks.config.scan_schema import ExceptionTable, ScanPolicyFile
from build_tasks.config.toml_files import parse_toml, parse_toml_text, refuse
from build_tasks.model.scan import ScanException, ScannerName, ScanPolicy, Severity

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def load_scan_policy(root: Path, shown: str) -> ScanPolicy:
    """Read the file; where there is none, its defaults hold, which refuse the most.

    :param shown: its path, relative to the root.
    :raises FlowError: CONFIG, with every mistake.
    """
    if not (root / shown).exists():
        return _policy(ScanPolicyFile())
    return _checked(shown, *parse_toml(root / shown, shown))


def read_scan_policy(text: str, shown: str) -> ScanPolicy:
    """The same of a file's text, such as git has it at the tip of main.

    :param shown: the file's name, for messages.
    :raises FlowError: CONFIG, with every mistake.
    """
    return _checked(shown, text, *parse_toml_text(text, shown))


def _checked(
    shown: str, text: str, data: Mapping[str, Any] | None, problems: Sequence[Problem]
) -> ScanPolicy:
    found = list(problems)
    plain = msgspec.to_builtins(data or {})  # days become texts: JSON Schema knows no other
    if data is not None:
        found += shape_problems(shown, text, plain, ScanPolicyFile)
        found += character_problems(shown, text, plain)
        found += _sense(shown, text, plain)
    refuse(sorted(found), f"read {shown}", "docs/scan.md")
    return _policy(msgspec.convert(plain, ScanPolicyFile))


def _sense(shown: str, text: str, data: Mapping[str, Any]) -> Iterator[Problem]:
    """Mistakes that the shape cannot say; what has not the right shape is passed over."""
    for key in ("scanners", "production_accepts"):
        names = _list(data, key)
        for name in {str(name): None for name in names if names.count(name) > 1}:
            yield problem_at(shown, text, (key,), f"{name!r} stands there twice")
    seen: dict[tuple[str, str], int] = {}
    for number, entry in enumerate(_list(data, "exceptions")):
        if not isinstance(entry, dict):
            continue
        path, day = ("exceptions", str(number)), str(entry.get("expires"))
        if _DAY.fullmatch(day) and not _is_day(day):
            yield problem_at(shown, text, (*path, "expires"), f"{day} is no day of the calendar")
        about = (str(entry.get("id", number)), str(entry.get("package", "")))
        first = seen.setdefault(about, number)
        if first != number:
            yield problem_at(shown, text, (*path, "id"), f"exceptions.{first} is about the same finding")


def _list(data: Mapping[str, Any], key: str) -> list[Any]:
    given = data.get(key)
    return given if isinstance(given, list) else []


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _policy(file: ScanPolicyFile) -> ScanPolicy:
    return ScanPolicy(
        scanners=tuple(map(ScannerName, file.scanners)),
        production_accepts=tuple(map(ScannerName, file.production_accepts)),
        severity=Severity[file.severity.upper()],
        only_with_fix=file.only_with_fix,
        refuse_unknown=file.unknown == "fail",
        refuse_no_packages=file.no_packages == "fail",
        oldest=timedelta(days=file.max_age_days),
        exceptions=tuple(map(_exception, file.exceptions)),
    )


def _exception(table: ExceptionTable) -> ScanException:
    return ScanException(
        table.id, table.package, table.reason, table.owner, date.fromisoformat(table.expires)
    )
