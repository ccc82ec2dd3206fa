"""pyhelm3, with Helm started through our one door.

pyhelm3 knows Helm's commands and answers. Its Command is made to start Helm without the shell it uses,
without a token among the arguments, logged, redacted and ended by Ctrl-C. Its higher layer (Client,
Release) is not used: it starts Helm by itself to learn its version, and one upgrade costs it several calls.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from pyhelm3 import Command

from build_tasks.adapters.helm.program import HelmProgram
from build_tasks.model.environment import Environment

_Result = TypeVar("_Result")


class DoorCommand(Command):  # type: ignore[misc]  # pyhelm3 ships no types
    """pyhelm3's Command, with the program started by :class:`HelmProgram`."""

    def __init__(self, helm: HelmProgram, environment: Environment) -> None:
        super().__init__(executable=str(helm.executable))
        self._helm = helm
        self._account = ["--kubeconfig", environment.kubeconfig, "--kube-context", environment.context]

    async def run(self, command: list[Any], input: bytes | None = None) -> bytes:
        """Run Helm with these words and the environment's account; blocks.

        :raises ToolError: Helm failed (pyhelm3 would raise its own errors).
        """
        words = [*map(str, command), *self._account]
        return self._helm.run(words, stdin=input).stdout.encode()


def finish(coroutine: Coroutine[Any, Any, _Result]) -> _Result:
    """The result of one of pyhelm3's coroutines.

    They never wait, as our ``run`` blocks, so one step takes them to their end. An event loop
    would cost time and, worse, swallow the first Ctrl-C (asyncio.run turns it into a cancellation, which
    code that blocks does not notice).
    """
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: _Result = end.value
        return result
    coroutine.close()
    raise RuntimeError("pyhelm3 waits for something; it needs an event loop now")
