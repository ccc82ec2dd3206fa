"""What is going to be done, and why: the only thing a dry run prints and a run carries out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from build_tasks.model.version import Version


class Verb(StrEnum):
    """What an action does to a service; the words are those of the tasks."""

    BUILD = "build"
    TEST = "test"
    IMAGE = "image"
    SCAN = "scan"
    PACKAGE = "package"
    PUBLISH = "publish"
    PUSH = "push"
    DEPLOY = "deploy"
    VERIFY = "verify"
    SWITCH = "switch"
    RETIRE = "retire"
    AWAIT_APPROVAL = "await-approval"
    CHECK_APPROVAL = "check-approval"
    CHECK_EVIDENCE = "check-evidence"
    COPY = "copy"


@dataclass(frozen=True)
class Expected:
    """What was live where a plan moves the traffic.

    :param active: None: no version was.
    """

    active: Version | None

    @property
    def words(self) -> str:
        return self.active.tag if self.active else "no version"


@dataclass(frozen=True)
class Action:
    """One step of a plan.

    :param reason: why it is there, for the reader.
    :param version: the released version it is about; None when it is about the working tree.
    :param environment: where; empty when it concerns no environment.
    :param expected: what is live there when the traffic moves, or it does not; None: whatever is.
    """

    verb: Verb
    service: str
    reason: str
    version: Version | None = None
    environment: str = ""
    expected: Expected | None = None

    @property
    def title(self) -> str:
        """The action in one line: ``deploy delivery v1.0.2 to qa``."""
        version = f" {self.version.tag}" if self.version else ""
        place = f" in {self.environment}" if self.environment else ""
        return f"{self.verb.value.replace('-', ' ')} {self.service}{version}{place}"


@dataclass(frozen=True)
class Plan:
    """Actions in order. ``because`` says what called for the plan; ``skipped`` what was left out and why."""

    because: str
    actions: tuple[Action, ...] = ()
    skipped: tuple[str, ...] = ()
