"""The lines of ``go test -json`` (https://pkg.go.dev/cmd/test2json)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from build_tasks.model.tests import TestReport
from build_tasks.planning.reports.go_package import GoPackage, build_error


class _Event(msgspec.Struct, rename="pascal"):
    action: str
    package: str = ""
    test: str = ""
    elapsed: float = 0.0
    output: str = ""
    import_path: str = ""
    failed_build: str = ""


class _DamagedLine(Exception):
    """A line that begins as an event and is none."""


def read_go(data: bytes) -> TestReport:
    """The report that the lines are. Lines that are no JSON objects are passed over: others print, too."""
    run = _Run()
    damage = ""
    try:
        for event in _events(data):
            run.take(event)
    except _DamagedLine as error:
        damage = str(error)
    return run.report(damage)


def _events(data: bytes) -> Iterator[_Event]:
    decoder = msgspec.json.Decoder(_Event)
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.startswith(b"{"):
            continue
        try:
            yield decoder.decode(line)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise _DamagedLine(f"line {number} is no event of `go test -json`") from error


@dataclass
class _Run:
    packages: dict[str, GoPackage] = field(default_factory=dict)
    #: What building an import path printed, and those that did not build.
    builds: dict[str, list[str]] = field(default_factory=dict)
    unbuilt: list[str] = field(default_factory=list)

    def take(self, event: _Event) -> None:
        if event.action == "build-output":
            self.builds.setdefault(event.import_path, []).append(event.output)
        elif event.action == "build-fail":
            self.unbuilt.append(event.import_path)
        elif event.package:
            package = self.packages.setdefault(event.package, GoPackage(event.package))
            if event.test:
                package.take_test(event.test, event.action, event.output, event.elapsed)
            else:
                package.take(event.action, event.output, event.failed_build)

    def report(self, damage: str) -> TestReport:
        cases = [
            case for p in self.packages.values() for case in p.cases("".join(self.builds.get(p.unbuilt, ())))
        ]
        claimed = {package.unbuilt for package in self.packages.values()}
        for path in dict.fromkeys(self.unbuilt):
            if path not in claimed:
                cases.append(build_error(path, "".join(self.builds.get(path, ()))))
        unfinished = [package.name for package in self.packages.values() if not package.ended]
        if unfinished:
            damage = damage or f"{unfinished[0]} did not come to its end"
        if not self.packages and not cases:
            damage = damage or "no package in it"
        return TestReport(tuple(cases), damage)
