"""Around every task body: exceptions become messages and exit codes, as Invoke wants them."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from invoke import Context, Exit

from build_tasks.errors import ExitCode, FlowError
from build_tasks.presentation.failures import Failures, SessionLog, failures_on
from build_tasks.presentation.outcome import guarded

P = ParamSpec("P")
Body = Callable[Concatenate[Context, P], None]


class Boundary:
    """Decorates task bodies (below ``@task``)::

        boundary = Boundary(log=lambda: session.log)

        @task
        @boundary
        def build(context, dry_run=False): ...

    :param log: gives the session's log for the traceback of a bug; None: a temporary file is made.
    :param failures: where errors are shown (default: standard error).
    """

    def __init__(
        self, log: Callable[[], SessionLog | None] = lambda: None, failures: Failures | None = None
    ) -> None:
        self._log = log
        self._failures = failures

    def __call__(self, body: Body[P]) -> Body[P]:
        """The body, ending in :class:`invoke.Exit` with the code of ``docs/exit-codes.md`` when it fails."""

        @wraps(body)
        def inside(context: Context, /, *args: P.args, **kwargs: P.kwargs) -> None:
            self.run(lambda: _call(body, context, args, kwargs))

        return inside

    def run(self, work: Callable[[], object]) -> None:
        """The same for work that is no task, such as making the tree of tasks.

        :raises Exit: it failed; the reader has been told why.
        """
        code = guarded(work, self._failures or failures_on(sys.stderr), self._log, passing=(Exit,))
        if code is not ExitCode.OK:
            raise Exit(code=int(code))


def _call(
    body: Callable[..., None], context: Context, args: tuple[object, ...], kwargs: dict[str, object]
) -> None:
    # Invoke's own --dry only stops what goes through Context.run; nothing here does.
    if context.config.run.dry:
        if "dry_run" not in inspect.signature(body).parameters:
            raise FlowError(
                "read the command line",
                "this task has no --dry-run",
                "leave out Invoke's --dry",
                code=ExitCode.USAGE,
            )
        kwargs = {**kwargs, "dry_run": True}
    body(context, *args, **kwargs)
