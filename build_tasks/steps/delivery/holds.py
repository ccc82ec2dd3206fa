"""Holding a service in an environment: nobody else changes it there meanwhile, from whatever machine.

The rules are those of client-go's leader election (k8s.io/client-go/tools/leaderelection): whoever holds a
Lease renews it; whoever wants it looks whether that happens. Nobody's clock is compared with anybody else's,
so it does not matter what they say.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.leases import Holder, Lease
from build_tasks.ports.leases import Leases
from build_tasks.ports.reporting import Clock

#: Seconds without being renewed after which a Lease counts as left behind.
LASTS = 15
#: Seconds between two renewals.
_RENEWED_EVERY = 5.0


class Hold:
    """A Lease that this command has; a thread renews it until :meth:`end`.

    :param what: what it is held for, for messages: ``change delivery in qa``.
    :param lease: as it was taken.
    """

    def __init__(self, leases: Leases, lease: Lease, clock: Clock, what: str) -> None:
        self._leases = leases
        self._lease: Lease | None = lease
        self._clock = clock
        self._what = what
        self._renewed = clock.elapsed()
        self._turn = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def begin(self) -> None:
        """Renew it from now on."""
        self._thread.start()

    def check(self) -> None:
        """To be called before each change: that it is still held.

        A laptop that was closed, a process that was stopped: renewals may have been missed, and then somebody
        else may have been right to take over.

        :raises FlowError: BUSY if somebody did; UNAVAILABLE if it cannot be found out.
        """
        with self._turn:
            if self._lease is not None and self._clock.elapsed() - self._renewed > 2 * _RENEWED_EVERY:
                self._renew()
            if self._lease is None:
                raise FlowError(
                    self._what,
                    f"this command was not heard of for {LASTS} s, and somebody else took over",
                    "run it again: it goes on from what is there then",
                    code=ExitCode.BUSY,
                )

    def end(self) -> None:
        """Give it up.

        :raises FlowError: that could not be said; it is left behind, and lapses.
        """
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()
        with self._turn:
            if self._lease is not None:
                self._leases.give_up(self._lease)

    def _keep(self) -> None:
        while not self._over.wait(_RENEWED_EVERY):
            # A cluster that does not answer is asked again; who wants to change something is told.
            with self._turn, suppress(FlowError):
                self._renew()

    def _renew(self) -> None:
        """Renew it, or find that it is lost."""
        if self._lease is None:
            return
        mine, asked = self._lease.holder, self._clock.elapsed()
        renewed = self._leases.renew(self._lease)
        if renewed is None:
            # An answer may have been lost on its way: then it is ours, in an edition that we do not know.
            there = self._leases.read(self._lease.name)
            renewed = self._leases.renew(there) if there is not None and there.holder == mine else None
        self._lease = renewed
        self._renewed = asked


@dataclass
class Holds:
    """What this command holds, by service and environment.

    :param holder: this command.
    :param ended: whether another holder's process is known to have ended.
    """

    holder: Holder
    ended: Callable[[str], bool] = lambda _process: False
    held: dict[tuple[str, str], Hold] = field(default_factory=dict)
