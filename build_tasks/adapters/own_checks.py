"""The tools that check this repository: ruff, mypy, import-linter, pytest."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase

from build_tasks.adapters.machine.operating_system import state_folder
from build_tasks.adapters.programs.process import Completed, Processes
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.instance import VARIABLE, Instance
from build_tasks.model.routes import ROUTES_VARIABLE, Route
from build_tasks.model.tally import Tally

#: The platform's instance that tests get for themselves.
INSTANCE = "check"
#: Tests look into images that our recipes made, and CI reaches no publisher.
_ENVIRON = {VARIABLE: INSTANCE, ROUTES_VARIABLE: f"{Route.PATH},{Route.PACKAGES}"}
#: Seconds from which a test is slow, how many of those are told, and lines of a failure that are.
_SLOW, _SLOWEST, _LINES = 10.0, 8, 25


class Progress(Protocol):
    """Where progress is shown."""

    def step(self, title: str, reason: str = "") -> AbstractContextManager[None]: ...

    def detail(self, line: str) -> None: ...

    def note(self, line: str) -> None: ...


class OwnChecks:
    """Runs the tools of this process's own Python environment.

    :param root: the repository.
    """

    def __init__(self, processes: Processes, root: Path, progress: Progress) -> None:
        self._processes = processes
        self._root = root
        self._progress = progress

    @contextmanager
    def platform(self) -> Iterator[Mapping[str, str]]:
        """An instance of the platform that nobody else uses, removed at the end whatever happens.

        Made and removed by the tasks themselves, in processes of their own, as a user would. What a run
        that was killed left behind is removed first: the versions in its registry are not this run's.
        Gives the environment variables that lead to it.
        """
        self._task("platform.down")
        try:
            yield self.bring_platform_up()
        finally:
            self._task("platform.down")

    def bring_platform_up(self) -> Mapping[str, str]:
        """The same instance as it is, or made if it is not there; it stays."""
        self._task("platform.up")
        folder = Instance.of({**os.environ, **_ENVIRON}, state_folder()).folder
        return {
            **_ENVIRON,
            "BUILD_TASKS_TOOLS": str(folder / "tools"),
            "BUILD_TASKS_KUBECONFIGS": str(folder),
            "DOCKER_HOST": (folder / "docker-host").read_text(encoding="utf-8").strip(),
        }

    def rules(self) -> None:
        """Rules. FlowError with the findings if one is broken, as all methods here."""
        words = ("ruff", "check", "--output-format=concise")
        self._lint("check the code's rules", "-m", *words, mend="`.venv/bin/ruff check --fix` mends some")

    def layout(self) -> None:
        """Layout."""
        words = ("ruff", "format", "--check", "--output-format=concise")
        self._lint("check the code's layout", "-m", *words, mend="`.venv/bin/ruff format` mends it")

    def types(self) -> None:
        """Types."""
        self._lint("check the types", "-m", "mypy")

    def layers(self) -> None:
        """Which part may import which."""
        code = "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())"
        self._lint("check who imports whom", "-c", code, "--no-logo")

    def tests(self, *wanted: str, env: Mapping[str, str]) -> tuple[Tally, FlowError | None]:
        """Run tests.

        :param wanted: folders, files, or single tests as pytest names them (``file.py::test``); its options.
        :param env: variables on top of this process's own.
        :returns: how many did what, and what to say if that is not good.
        """
        # What a test that failed could not take away (a mount) must not hide that it failed.
        with TemporaryDirectory(prefix="build-tasks-", ignore_cleanup_errors=True) as made:
            report = Path(made) / "junit.xml"
            # A folder of its own: another run on this machine may be removing the shared one.
            apart = f"--basetemp={made}/tests"
            words = ("-m", "pytest", "-q", *wanted, f"--junitxml={report}", apart)
            done = self._python(*words, env=env)
            cases = _cases(report)
        named = [word for word in wanted if not word.startswith("-")]
        what, log = f"run {' '.join(named)}", self._processes.log.path
        if not cases:
            why = f"pytest ended with status {done.status} and no result"
            tail = (done.stdout + done.stderr).splitlines()[-15:]
            return Tally(failed=1), FlowError(what, why, code=ExitCode.RUNNER_CRASHED, details=tail, log=log)
        self._tell_slowest(cases)
        tally = sum(map(_count, cases), Tally())
        if tally.is_good and done.status == 0:
            return tally, None
        bad = [line for case in cases if not _count(case).passed for line in _told(case)]
        return tally, FlowError(what, str(tally), code=ExitCode.TESTS_FAILED, details=bad, log=log)

    def _tell_slowest(self, cases: Sequence[TestCase]) -> None:
        slow = sorted((c for c in cases if (c.time or 0) >= _SLOW), key=lambda c: -c.time)
        for case in slow[:_SLOWEST]:
            self._progress.note(f"{case.time:.0f} s  {case.classname}::{case.name}")

    def _task(self, task: str) -> None:
        with self._progress.step(task, f"instance {INSTANCE}"):
            done = self._python("-m", "build_tasks", "--search-root", str(self._root), task, env=_ENVIRON)
            if done.status != 0:
                tail = (done.stdout + done.stderr).splitlines()[-30:]
                why, code = f"it ended with {done.status}", ExitCode.UNAVAILABLE
                log = self._processes.log.path
                raise FlowError(f"{task} for the tests", why, code=code, details=tail, log=log)

    def _lint(self, what: str, *words: str, mend: str = "") -> None:
        done = self._python(*words, env={})
        if done.status != 0:
            lines = (done.stdout + done.stderr).splitlines()
            why = f"{words[1] if words[0] == '-m' else 'import-linter'} found something"
            fix = "; ".join(filter(None, [mend, "`./inv repo.lint` checks again"]))
            raise FlowError(what, why, fix, details=lines[-60:])

    def _python(self, *words: str, env: Mapping[str, str]) -> Completed:
        argv = [sys.executable, *words]
        return self._processes.run(argv, cwd=self._root, env=env, check=False, on_line=self._progress.detail)


def _cases(report: Path) -> list[TestCase]:
    if not report.exists():
        return []
    return [case for suite in JUnitXml.fromfile(str(report)) for case in suite]


def _count(case: TestCase) -> Tally:
    kinds = {type(result) for result in case.result}
    if kinds & {Error, Failure}:
        return Tally(failed=1)
    return Tally(skipped=1) if Skipped in kinds else Tally(passed=1)


def _told(case: TestCase) -> list[str]:
    """What became of a test, and the end of what it says: whoever reads a CI's output has nothing else."""
    said = "\n".join(str(result.text or result.message or "") for result in case.result).splitlines()
    return [f"{_word(case)}: {case.classname}::{case.name}", *(f"  {line}" for line in said[-_LINES:])]


def _word(case: TestCase) -> str:
    return "failed" if _count(case).failed else "skipped"
