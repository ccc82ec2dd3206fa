"""What a run holds between its first and its last change of a service in an environment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from build_tasks.model.plan import Action, Verb
from build_tasks.steps.delivery.holding import holding
from build_tasks.steps.workbench import Workbench

_CHANGING = {Verb.DEPLOY, Verb.SWITCH, Verb.RETIRE}


class Stretch:
    """Holds the place of one action after the other; neighbours that have the same place share it.

    So nobody retires what was deployed before it is switched to.
    """

    def __init__(self) -> None:
        self._held = ExitStack()
        self._place: tuple[str, str] | None = None
        self._depth = 0

    @contextmanager
    def kept(self) -> Iterator[None]:
        """What is held when the outermost of these ends is given up."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self._leave()

    def enter(self, bench: Workbench, action: Action) -> None:
        """Hold what the action changes, if it changes anything, and no more than that.

        :raises FlowError: as :func:`holding`.
        """
        place = (action.service, action.environment)
        if place == self._place:
            return
        self._leave()
        # The working tree is built first, which may take its time: deploying it holds what it changes.
        if action.verb in _CHANGING and (action.version or action.verb is not Verb.DEPLOY):
            environment = bench.settings.environments[action.environment]
            self._held.enter_context(holding(bench, action.service, environment))
            self._place = place

    def _leave(self) -> None:
        self._place = None
        self._held.close()
