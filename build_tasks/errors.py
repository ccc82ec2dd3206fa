"""The one error type of the project and the one table of exit codes.

An expected failure says what was attempted, why it failed and what to do about it. Everything else is a
bug and ends with :attr:`ExitCode.BUG`. The table is repeated for readers in ``docs/exit-codes.md``; a test
keeps the two in step.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path


class ExitCode(IntEnum):
    """Exit codes of every task. The text of a member is its line in ``docs/exit-codes.md``."""

    description: str

    def __new__(cls, value: int, description: str) -> ExitCode:
        member = int.__new__(cls, value)
        member._value_ = value
        member.description = description
        return member

    @property
    def words(self) -> str:
        """The name as people say it: ``tests failed``."""
        return self.name.lower().replace("_", " ")

    OK = 0, "Done, or nothing to do."
    FAILED = 1, "An expected failure that has no code of its own."
    USAGE = 2, "The command line is wrong: unknown task, service, environment, flag or value."
    BUG = 3, "A bug in build_tasks; please report it with the log file named in the message."
    CONFIG = 10, "A file of the repository is wrong (service.toml, pyproject.toml, a policy, a pipeline)."
    REFUSED = (
        11,
        "A gate refused: approval missing, expired or not valid, evidence missing, version rules,"
        " a plan that no longer holds.",
    )
    CONFLICT = 12, "The version (or file) exists with other content; nothing was overwritten."
    UNAVAILABLE = 13, "Something the task needs does not answer: engine, registry, cluster."
    TOOL_FAILED = 14, "An external tool failed for a reason that has no code of its own."
    WRONG_CLUSTER = 15, "The kubeconfig points at another cluster than the environment's."
    BUSY = 16, "Somebody else is changing this service in this environment; run it again when they are done."
    BUILD_FAILED = 20, "The image did not build."
    TESTS_FAILED = 21, "The tests ran and at least one failed."
    RUNNER_CRASHED = 22, "The test runner ended without a usable report."
    NO_TESTS = 23, "The test runner ran no test."
    IMAGE_REFUSED = 24, "The image breaks a convention (root user, missing label)."
    CHART_REFUSED = 25, "The chart does not lint, template or validate, or breaks a convention."
    SCAN_REFUSED = 26, "The scan found what the policy does not accept."
    SCANNER_UNAVAILABLE = 27, "No scanner, or what it knows is missing or too old: nothing was proven."
    DEPLOY_FAILED = 30, "The version did not become ready; the report says why."
    VERIFY_FAILED = 31, "The smoke test of the deployed version failed."
    INTERRUPTED = 130, "Interrupted (Ctrl-C or SIGTERM); run it again, it converges."


class FlowError(Exception):
    """An expected failure.

    :param what: what was attempted, e.g. ``"push delivery v1.0.2"``.
    :param why: why it failed, one line or several.
    :param fix: what the reader can do; empty when there is nothing but ``why``.
    :param code: the exit code of the task.
    :param details: further lines (a tool's last output, pod events), shown below, indented.
    :param log: a file that holds the whole story, when there is one.
    """

    def __init__(
        self,
        what: str,
        why: str,
        fix: str = "",
        *,
        code: ExitCode = ExitCode.FAILED,
        details: Sequence[str] = (),
        log: Path | None = None,
    ) -> None:
        super().__init__(f"{what}: {why}")
        self.what = what
        self.why = why
        self.fix = fix
        self.code = code
        self.details = tuple(details)
        self.log = log


class ToolError(FlowError):
    """An external tool ended with a status that the caller did not expect.

    :param tool: name of the program.
    :param status: its exit status (negative: the signal that ended it).
    :param stdout: its whole standard output, redacted.
    :param stderr: its whole standard error, redacted.
    """

    def __init__(
        self,
        what: str,
        why: str,
        *,
        tool: str,
        status: int,
        stdout: str,
        stderr: str,
        log: Path | None = None,
    ) -> None:
        tail = (stderr.strip() or stdout.strip()).splitlines()[-15:]
        super().__init__(what, why, code=ExitCode.TOOL_FAILED, details=tail, log=log)
        self.tool = tool
        self.status = status
        self.stdout = stdout
        self.stderr = stderr
