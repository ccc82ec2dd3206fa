"""Keeping an account of a plan while it is carried out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.account import Ending, StepAccount
from build_tasks.model.plan import Action, Plan
from build_tasks.ports.reporting import Clock, Reporter
from build_tasks.steps.execute import execute
from build_tasks.steps.run import Run
from build_tasks.steps.workbench import Workbench


@dataclass
class Entry:
    """What is known of one action so far; ``begun`` and ``skipped`` count what happened in it.

    :param inputs: the inputs hash of its service's images; empty if it was not worked out.
    :param failure: what it failed with; OK if it did not.
    """

    account: StepAccount
    remarks: list[str] = field(default_factory=list)
    begun: int = 0
    skipped: int = 0
    inputs: str = ""
    failure: ExitCode = ExitCode.OK


class Ledger:
    """An entry for each action; may be written from many threads, an entry by one at a time.

    :param bench: what the plan is to be carried out with is made from it: see :attr:`bench`.
    """

    def __init__(self, bench: Workbench, plan: Plan) -> None:
        self.plan = plan
        self.entries = {a: Entry(StepAccount(a.title, a.reason)) for a in plan.actions}
        self._clock: Clock = bench.clock
        self._current: ContextVar[Entry | None] = ContextVar("entry", default=None)
        self.bench = replace(bench, reporter=_Listening(bench.reporter, self._current))

    def carry_out(self, run: Run, plan: Plan) -> None:
        """Carry out this plan, or a part of it, and note what becomes of each action.

        :param run: on this ledger's own bench.
        """
        run.expect(plan)
        with run.stretch.kept():
            for action in plan.actions:
                with self._noted(run, action):
                    execute(run, replace(plan, actions=(action,)))

    def failed(self) -> list[Action]:
        """The actions that failed."""
        return [action for action, entry in self.entries.items() if entry.account.ending is Ending.FAILED]

    def interrupted(self) -> None:
        """What failed did so because its programs were ended: that says nothing about it."""
        for action in self.failed():
            entry = self.entries[action]
            entry.account = replace(entry.account, ending=Ending.INTERRUPTED)

    @contextmanager
    def _noted(self, run: Run, action: Action) -> Iterator[None]:
        entry = self.entries[action]
        started = self._clock.now()
        token = self._current.set(entry)
        ending = Ending.FAILED
        try:
            yield
            ending = Ending.UNCHANGED if entry.skipped and not entry.begun else Ending.DONE
        except FlowError as error:
            entry.failure = error.code
            entry.remarks.append(error.why)
            raise
        except KeyboardInterrupt:
            ending = Ending.INTERRUPTED
            raise
        finally:
            self._current.reset(token)
            seconds = (self._clock.now() - started).total_seconds()
            entry.inputs = run.known_inputs(action.service)
            remarks = tuple(entry.remarks)
            entry.account = replace(entry.account, ending=ending, seconds=seconds, remarks=remarks)


@dataclass(frozen=True)
class _Listening:
    """The port ``Reporter``: tells what it is told, and notes it in the current entry."""

    reporter: Reporter
    current: ContextVar[Entry | None]

    def step(self, title: str, reason: str = "") -> AbstractContextManager[None]:
        entry = self.current.get()
        if entry is not None:
            entry.begun += 1
        return self.reporter.step(title, reason)

    def side_by_side(self, titles: Mapping[str, str]) -> AbstractContextManager[None]:
        return self.reporter.side_by_side(titles)

    def skip(self, title: str, reason: str) -> None:
        entry = self.current.get()
        if entry is not None:
            entry.skipped += 1
        self._remark(f"{title}: {reason}")
        self.reporter.skip(title, reason)

    def detail(self, line: str) -> None:
        self.reporter.detail(line)

    def note(self, line: str) -> None:
        self._remark(line)
        self.reporter.note(line)

    def warn(self, line: str) -> None:
        self._remark(f"warning: {line}")
        self.reporter.warn(line)

    def _remark(self, line: str) -> None:
        entry = self.current.get()
        if entry is not None:
            entry.remarks.append(line)
