"""How grype and syft are started: by our settings alone, and whatever goes wrong proves nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from build_tasks.adapters.programs.process import Completed, Processes
from build_tasks.errors import ExitCode, FlowError

#: A user's settings could leave out findings: neither variables nor files of theirs count.
_PREFIXES = ("GRYPE_", "SYFT_")
#: ``[0000] ERROR unable to ...``: how both begin to say why they failed.
_ERROR = "ERROR "


@dataclass(frozen=True)
class ScanProgram:
    """One of the programs.

    :param path: where `platform.up` provides it.
    :param config: its only configuration file.
    :param settings: settings on top, as variables.
    """

    processes: Processes
    path: Path
    config: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def run(self, *words: str | Path, what: str) -> Completed:
        """Run it; the caller judges its status.

        :raises FlowError: SCANNER_UNAVAILABLE if it is not there.
        """
        own = self.processes.without(lambda name: name.startswith(_PREFIXES))
        argv = [self.path, *words, "--config", self.config]
        env = {**self.settings, "NO_COLOR": "1"}
        try:
            return own.run(argv, env=env, what=what, check=False)
        except FlowError as error:
            if error.code is not ExitCode.UNAVAILABLE:
                raise
            raise self.unavailable(what, error.why) from None

    def checked(self, *words: str | Path, what: str) -> Completed:
        """The same, and it must succeed.

        :raises FlowError: SCANNER_UNAVAILABLE, with its last words.
        """
        done = self.run(*words, what=what)
        if done.status != 0:
            raise self.failure(done, what)
        return done

    def failure(self, done: Completed, what: str) -> FlowError:
        """The error to raise for a run that failed."""
        why, *more = said_by(done) or (f"it ended with status {done.status}",)
        return self.unavailable(what, why, tuple(more))

    def unavailable(self, what: str, why: str, details: tuple[str, ...] = ()) -> FlowError:
        """An error that says that nothing was proven."""
        fix = "`./inv platform.up` provides the tools, `./inv platform.doctor` says what can be reached"
        log = self.processes.log.path
        return FlowError(what, why, fix, code=ExitCode.SCANNER_UNAVAILABLE, details=details[-5:], log=log)


def said_by(done: Completed) -> tuple[str, ...]:
    """What a run that failed had to say: its error, without the marks of its log, and what follows."""
    lines = done.stderr.strip().splitlines()
    start = next((number for number, line in enumerate(lines) if _ERROR in line), 0)
    return tuple(line.rpartition(_ERROR)[2] for line in lines[start:])
