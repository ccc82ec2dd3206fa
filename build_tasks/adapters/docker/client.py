"""How Docker's client is started, and what its failures mean.

The client and buildx are called as programs and not through a library, so that what is run, logged,
redacted and interrupted goes through :class:`build_tasks.adapters.programs.process.Processes` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from build_tasks.adapters.programs.process import Completed, Processes
from build_tasks.errors import ExitCode, FlowError, ToolError

_NO_ENGINE = (
    "Cannot connect to the Docker daemon",
    "error during connect",
    "failed to connect to the docker API",
)
_NO_SERVER = ("connection refused", "no such host", "i/o timeout")
_START = "start it, or run `./inv platform.up`"
#: Seconds that a command may take which an interruption waits for.
_LONGEST = 120.0


@dataclass(frozen=True)
class Engine:
    """Which engine, through which programs.

    :param docker: the client.
    :param buildx: the buildx program, called by itself; None: as the client's plugin.
    :param host: as DOCKER_HOST; empty: the client's own choice (its context).
    :param config: folder used as DOCKER_CONFIG; None keeps the user's own, with its logins.
    :param builder: name of a buildx builder (a remote or Kubernetes BuildKit); empty: the engine's own.
    """

    docker: Path
    buildx: Path | None = None
    host: str = ""
    config: Path | None = None
    builder: str = ""

    @property
    def env(self) -> Mapping[str, str]:
        """What the client's environment needs on top of the user's."""
        host = {"DOCKER_HOST": self.host} if self.host else {}
        config = {"DOCKER_CONFIG": str(self.config)} if self.config else {}
        return {**host, **config}


@dataclass(frozen=True)
class DockerClient:
    """Starts the client of one engine."""

    processes: Processes
    engine: Engine

    def call(
        self,
        *words: str,
        what: str,
        env: Mapping[str, str] | None = None,
        stdin: bytes | None = None,
        uninterrupted: bool = False,
    ) -> Completed:
        """Run ``docker <words>``; the caller judges its status.

        :param env: variables that ``--env NAME`` options read, so that no value is an argument.
        :param uninterrupted: see :meth:`Processes.run`; two minutes at most, should the engine hang.
        :raises FlowError: UNAVAILABLE when the engine does not answer.
        """
        argv: list[str | Path] = [self.engine.docker, *words]
        return self._run(argv, what, env=env, stdin=stdin, uninterrupted=uninterrupted)

    def stream(self, *words: str, what: str, on_line: Callable[[str], None]) -> Completed:
        """As :meth:`call`, with each line as it comes."""
        return self._run([self.engine.docker, *words], what, on_line=on_line)

    def buildx(
        self,
        *words: str,
        what: str,
        on_line: Callable[[str], None],
        env: Mapping[str, str] | None = None,
    ) -> Completed:
        """As :meth:`stream`, for ``docker buildx <words>``."""
        program = [self.engine.buildx] if self.engine.buildx else [self.engine.docker, "buildx"]
        return self._run([*program, *words], what, env=env, on_line=on_line)

    def checked(self, done: Completed, what: str) -> Completed:
        """The same command, if its status is 0.

        :raises FlowError: UNAVAILABLE when a registry did not answer.
        :raises ToolError: with the client's own message.
        """
        if done.status != 0:
            raise self.failure(done, what)
        return done

    def failure(self, done: Completed, what: str) -> FlowError:
        """The error to raise for a command that ended with a status other than 0."""
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        why = said[-1] if said else f"docker ended with status {done.status}"
        log = self.processes.log.path
        if any(text in why for text in _NO_SERVER):
            return FlowError(what, why, f"the registry: {_START}", code=ExitCode.UNAVAILABLE, log=log)
        return ToolError(
            what, why, tool="docker", status=done.status, stdout=done.stdout, stderr=done.stderr, log=log
        )

    def _run(
        self,
        argv: Sequence[str | Path],
        what: str,
        *,
        env: Mapping[str, str] | None = None,
        stdin: bytes | None = None,
        on_line: Callable[[str], None] | None = None,
        uninterrupted: bool = False,
    ) -> Completed:
        done = self.processes.run(
            argv,
            env={**(env or {}), **self.engine.env},
            stdin=stdin,
            what=what,
            check=False,
            on_line=on_line,
            uninterrupted=uninterrupted,
            timeout=_LONGEST if uninterrupted else None,
        )
        if done.status != 0 and any(text in done.stderr for text in _NO_ENGINE):
            at = f" at {self.engine.host}" if self.engine.host else ""
            raise FlowError(
                what,
                f"the container engine does not answer{at}",
                _START,
                code=ExitCode.UNAVAILABLE,
                details=done.stderr.strip().splitlines()[-3:],
                log=self.processes.log.path,
            )
        return done
