"""What the bodies of one command share: made when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from build_tasks.tasks.boundary import Boundary
from build_tasks.tasks.names import overlooked

if TYPE_CHECKING:
    from build_tasks.model.environment import Environment
    from build_tasks.model.event import BuildEvent
    from build_tasks.model.plan import Expected, Plan
    from build_tasks.model.service import Service
    from build_tasks.model.version import Version
    from build_tasks.presentation.answers import Answers
    from build_tasks.steps.workbench import Basis, Workbench
    from build_tasks.wiring import Composition

Found = TypeVar("Found")


class Session:
    """One `inv` command in one repository.

    :param root: the repository's folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.boundary = Boundary(log=lambda: self.composition.log)

    @cached_property
    def composition(self) -> Composition:
        """Adapters, picked for this machine."""
        import os

        from build_tasks.wiring import Composition

        return Composition(self.root, os.environ)

    @property
    def bench(self) -> Workbench:
        """What steps work with; reads and checks the whole configuration."""
        return self.composition.workbench

    @property
    def basis(self) -> Basis:
        """The part of it that says what services are made of: enough to know that there is nothing to do."""
        return self.composition.basis

    @property
    def answers(self) -> Answers:
        """Where answers (not progress) are shown."""
        import sys

        from build_tasks.presentation.answers import answers_on

        return answers_on(sys.stdout)

    def service(self, name: str) -> Service:
        """A service by name.

        :raises FlowError: USAGE, with the nearest names.
        """
        services = self.basis.services
        return _one("service", name, services, overlooked(self.root, name, services))

    def chosen(self, only: str) -> list[str]:
        """The services that ``--only a,b`` names.

        :raises FlowError: USAGE for names that are none.
        """
        from build_tasks.planning.plans.several import chosen

        services = list(self.basis.services)
        hints = [overlooked(self.root, name.strip(), services) for name in only.split(",")]
        return chosen(only, services, [hint for hint in hints if hint])

    def environment(self, name: str) -> Environment:
        """An environment by name.

        :raises FlowError: USAGE, with the nearest names.
        """
        return _one("environment", name, self.basis.settings.environments)

    def environments(self, name: str) -> list[Environment]:
        """The named environment, or all of them."""
        return [self.environment(name)] if name else list(self.basis.settings.environments.values())

    def run(
        self, plan: Plan, *, dry_run: bool, reason: str = "", force: bool = False, matching: str = ""
    ) -> None:
        """Print the plan, or carry it out."""
        if dry_run:
            self.show_plan(plan)
            return
        from build_tasks.steps.execute import execute
        from build_tasks.steps.run import Run

        execute(Run(self.bench, reason or self.head_reason(), force, matching), plan)

    def show_plan(self, plan: Plan) -> None:
        """The plan in lines: what, and why."""
        lines = [plan.because, *(f"  {a.title}  ({a.reason})" for a in plan.actions)]
        lines += [f"  skip {skipped}" for skipped in plan.skipped]
        if not plan.actions:
            lines.append("  nothing to do")
        self.answers.show_text("\n".join(lines) + "\n")

    def show_event(self, event: BuildEvent, plan: Plan, *, json: bool) -> None:
        """The plan of an event; as JSON with what was understood of the event."""
        if json:
            parts = {"because": plan.because, "actions": plan.actions, "skipped": plan.skipped}
            self.answers.show_json({**parts, "event": event})
        else:
            self.show_plan(plan)

    def head_reason(self) -> str:
        """The change cause when nobody gave one: the commit that is checked out."""
        head = self.basis.source.head()
        return f"{head.subject} ({head.sha[:12]})"


def version(text: str) -> Version:
    """Read a version from the command line.

    :raises FlowError: USAGE.
    """
    from build_tasks.errors import ExitCode, FlowError
    from build_tasks.model.version import Version

    if not text:
        raise FlowError("read the command line", "which version?", "say --version", code=ExitCode.USAGE)
    try:
        return Version.parse(text)
    except ValueError as error:
        raise FlowError(
            "read the command line", str(error), "correct --version", code=ExitCode.USAGE
        ) from None


def expected(text: str) -> Expected | None:
    """Read ``--expect-active``: a version, or ``none``; None if it was not said.

    :raises FlowError: USAGE.
    """
    from build_tasks.errors import ExitCode, FlowError
    from build_tasks.model.plan import Expected
    from build_tasks.model.version import Version

    if not text:
        return None
    try:
        return Expected(None if text == "none" else Version.parse(text))
    except ValueError as error:
        fix = "correct --expect-active: a version, or none"
        raise FlowError("read the command line", str(error), fix, code=ExitCode.USAGE) from None


def _one(kind: str, name: str, known: Mapping[str, Found], hint: str = "") -> Found:
    if name in known:
        return known[name]
    from difflib import get_close_matches

    from build_tasks.errors import ExitCode, FlowError

    close = get_close_matches(name, known, 1)
    fix = hint or (f"did you mean {close[0]}?" if close else f"known: {', '.join(sorted(known))}")
    raise FlowError("read the command line", f"there is no {kind} {name!r}", fix, code=ExitCode.USAGE)
