"""One package in the lines of ``go test -json``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from build_tasks.model.tests import CaseResult, TestCase
from build_tasks.planning.reports.durations import seconds_of

_ENDS = {"pass": CaseResult.PASSED, "fail": CaseResult.FAILED, "skip": CaseResult.SKIPPED}
#: `    plan_test.go:12: got 1`
_PLACE = re.compile(r"^[ \t]*([\w.-]{1,200}\.go):([0-9]{1,9}): ", re.MULTILINE)
#: What the framework says about the test, not the test.
_CHATTER = re.compile(r"^(=== [A-Z]+ | *--- [A-Z]+: ).*\n?", re.MULTILINE)
#: Deeper subtests belong to the ancestor at this depth.
_DEEPEST = 100


@dataclass
class _Test:
    name: str
    output: list[str] = field(default_factory=list)
    seconds: float = 0.0
    #: None as long as it runs; a test whose package ended meanwhile never came to its end.
    result: CaseResult | None = None

    @property
    def is_bad(self) -> bool:
        return self.result in (None, CaseResult.FAILED)


@dataclass
class GoPackage:
    """Takes the events of a package one by one.

    :param ended: the package's own end: ``pass``, ``fail``, ``skip``; empty as long as there was none.
    :param unbuilt: the import path whose build failed, if that is why the package failed.
    """

    name: str
    ended: str = ""
    unbuilt: str = ""
    _output: list[str] = field(default_factory=list)
    _tests: list[_Test] = field(default_factory=list)
    _latest: dict[str, _Test] = field(default_factory=dict)

    def take(self, action: str, output: str, failed_build: str) -> None:
        """An event of the package itself."""
        if action == "output":
            self._output.append(output)
        elif action in _ENDS:
            self.ended = action
            self.unbuilt = failed_build

    def take_test(self, name: str, action: str, output: str, elapsed: float) -> None:
        """An event of a test. One that runs again (``-count``) is another test."""
        test = self._latest.get(name)
        if test is None or (action == "run" and test.result is not None):
            test = self._latest[name] = _Test(name)
            self._tests.append(test)
        if action == "output":
            test.output.append(output)
        elif action in _ENDS:
            test.result, test.seconds = _ENDS[action], seconds_of(elapsed)

    def cases(self, build_output: str) -> Iterator[TestCase]:
        """Its tests. One with subtests counts only if it failed and none of those did: it is their sum.

        A package that failed although no test did is an error: it did not build, or its process died.
        """
        groups = {ancestor for test in self._tests for ancestor in self._ancestors(test.name)}
        explained = {above for test in self._tests if test.is_bad for above in self._ancestors(test.name)}
        for test in self._tests:
            if test.name not in groups or (test.is_bad and test.name not in explained):
                yield self._case(test)
        if self.unbuilt:
            yield build_error(self.name, build_output)
        elif self.ended == "fail" and not any(test.is_bad for test in self._tests):
            yield TestCase(self.name, "package", CaseResult.ERROR, message=_told(self._output))

    def _ancestors(self, name: str) -> Iterator[str]:
        """Tests that this one is a subtest of; a subtest's own name may have slashes, too."""
        above = "/".join(name.split("/", _DEEPEST)[:_DEEPEST])
        while above := above.rpartition("/")[0]:
            if above in self._latest:
                yield above

    def _case(self, test: _Test) -> TestCase:
        message = "" if test.result is CaseResult.PASSED else _told(test.output)
        place = _PLACE.search(message)
        return TestCase(
            suite=self.name,
            name=test.name,
            result=test.result or CaseResult.ERROR,
            seconds=test.seconds,
            message=message or ("it did not come to its end" if test.result is None else ""),
            file=place[1] if place else "",
            line=int(place[2]) if place else 0,
        )


def build_error(suite: str, output: str) -> TestCase:
    """A package that does not compile."""
    return TestCase(suite, "build", CaseResult.ERROR, message=output.strip("\n"))


def _told(output: list[str]) -> str:
    return _CHATTER.sub("", "".join(output)).strip("\n")
