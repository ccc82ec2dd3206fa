"""What the runs of one command share about the registry: what others published, and the right to publish."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from build_tasks.errors import FlowError
from build_tasks.model.service import Service
from build_tasks.steps.artifacts.candidates import Candidate, find_candidate
from build_tasks.steps.artifacts.inputs import Recipe
from build_tasks.steps.evidence.builder_key import check_builder_key
from build_tasks.steps.workbench import Workbench


class Publishing:
    """May be asked from several threads, about a service by one at a time."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._key: Path | None = None
        self._unheard = False

    @property
    def alone(self) -> bool:
        """The registry could not be asked: everything is done here."""
        return self._unheard

    def key(self, bench: Workbench) -> Path:
        """The key that evidence is signed with, held against main's tip once.

        :raises FlowError: CONFIG or REFUSED, see :func:`check_builder_key`.
        """
        with self._turn:
            if self._key is None:
                bench.source.fetch()
                self._key = check_builder_key(bench, "publish what is built")
            return self._key

    def candidate(
        self, bench: Workbench, service: Service, made: Recipe, *, needed: bool
    ) -> Candidate | None:
        """What the registry has of these inputs; None if nothing.

        :param needed: the run publishes. Others do without a registry that cannot be asked, and say so once.
        :raises FlowError: it cannot be asked, and is needed.
        """
        if self._unheard:
            return None
        try:
            return find_candidate(bench, service, made)
        except FlowError as error:
            if needed:
                raise
            with self._turn:
                told, self._unheard = self._unheard, True
            if not told:
                bench.reporter.warn(f"what others built is not looked at: {error.why}")
            return None
