"""Taking a service in an environment for oneself, and waiting for who has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.leases import Lease
from build_tasks.planning.names import lease_name
from build_tasks.ports.leases import Leases
from build_tasks.steps.delivery.holds import LASTS, Hold
from build_tasks.steps.workbench import Workbench

#: Seconds between two looks at somebody else's Lease.
_INTERVAL = 1.0
#: Seconds that are waited for somebody who is at work: longer than a Lease lasts that was left behind.
_PATIENCE = LASTS + 10


@contextmanager
def holding(bench: Workbench, service: str, environment: Environment) -> Iterator[Hold]:
    """Nobody else changes the service in the environment until this ends.

    What the command holds already it is given again, so that whoever needs several steps in one piece holds
    it around them. What is to be decided by what is there has to be read inside.

    :raises FlowError: WRONG_CLUSTER before anything is written anywhere; BUSY if somebody else is at work
        there; UNAVAILABLE.
    """
    place = (service, environment.name)
    held = bench.holds.held
    if place in held:
        yield held[place]
        return
    bench.environments.workloads(environment).check_cluster()
    turn = _Turn(bench, service, environment)
    try:
        held[place] = turn.taken()
        held[place].begin()
        yield held[place]
    finally:
        held.pop(place, None)
        turn.give_up()


class _Turn:
    """From the first attempt to have a Lease to its end."""

    def __init__(self, bench: Workbench, service: str, environment: Environment) -> None:
        self._bench = bench
        self._holder = bench.holds.holder
        self._leases: Leases = bench.environments.leases(environment)
        self._name = lease_name(service)
        self._place = f"{service} in {environment.name}"
        self._look = f"kubectl -n {environment.namespace} get lease {self._name}"
        self._hold: Hold | None = None
        self._refused = False

    def taken(self) -> Hold:
        """The Lease, as soon as it is free or was left behind."""
        try:
            lease = self._taken()
        except FlowError:
            self._refused = True
            raise
        self._hold = Hold(self._leases, lease, self._bench.clock, f"change {self._place}")
        return self._hold

    def _taken(self) -> Lease:
        lease = self._leases.take(self._name, self._holder, LASTS)
        if lease is not None:
            return lease
        there = self._leases.read(self._name)
        if there is None or not there.holder:
            return self._awaited(there)
        with self._bench.reporter.step(f"wait for {self._place}", _told(there)):
            return self._awaited(there)

    def give_up(self) -> None:
        """Whatever was taken, also by a request whose answer an interruption cut off."""
        try:
            if self._hold is not None:
                self._hold.end()
            elif not self._refused:
                there = self._leases.read(self._name)
                if there is not None and there.holder == self._holder.name:
                    self._leases.give_up(there)
        except FlowError as error:
            self._bench.reporter.warn(f"{error.what}: {error.why}; it lapses in {LASTS} s")

    def _awaited(self, there: Lease | None) -> Lease:
        """Looks are counted, not clocks: each pause takes its time whatever they are set to."""
        unchanged = 0.0
        for _ in range(int(_PATIENCE / _INTERVAL)):
            left = "" if there is None else self._left_behind(there, unchanged)
            if there is None or not there.holder or left:
                lease = self._leases.take(self._name, self._holder, LASTS, instead_of=there)
                if lease is not None:
                    if there is not None and there.holder:
                        self._say_taken_over(there, left)
                    return lease
            self._bench.clock.pause(_INTERVAL)
            seen, there = there, self._leases.read(self._name)
            same = seen is not None and there is not None and seen.edition == there.edition
            unchanged = unchanged + _INTERVAL if same else 0.0
        raise FlowError(
            f"change {self._place}",
            _told(there) if there is not None else "somebody else always was quicker",
            f"wait until that has ended and run it again; {self._look} shows who has it",
            code=ExitCode.BUSY,
        )

    def _left_behind(self, there: Lease, unchanged: float) -> str:
        """Why it counts as left behind; empty while it does not.

        Of a process of this machine it can be seen that it has ended. What that had asked of the cluster last
        may still take effect: nothing is taken over at the first look.

        :param unchanged: for how many seconds it was not renewed.
        """
        if unchanged >= max(there.seconds, LASTS):
            return f"was not heard of for {unchanged:g} s"
        if unchanged >= _INTERVAL and there.process and self._bench.holds.ended(there.process):
            return "was ended"
        return ""

    def _say_taken_over(self, left: Lease, why: str) -> None:
        command = f" ({left.command})" if left.command else ""
        self._bench.reporter.warn(f"{left.holder} had {self._place} and {why}: taken over{command}")


def _told(lease: Lease) -> str:
    """Who has it, since when, for what."""
    since = f" since {lease.since:%H:%M:%S} UTC" if lease.since else ""
    command = f": {lease.command}" if lease.command else ""
    return f"{lease.holder or 'nobody'} is changing it{since}{command}"
