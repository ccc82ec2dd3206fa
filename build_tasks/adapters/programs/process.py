"""The only door to the operating system's processes.

Every command is an argv list; secrets go in by standard input or file. Every command, its output and its
exit status are written to the session's log file, with secrets taken out.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from pathlib import Path
from shlex import join
from typing import IO

from build_tasks.adapters.programs.command_log import CommandLog, Completed, Secrets
from build_tasks.adapters.programs.deadline import deadline
from build_tasks.adapters.programs.pipes import attend, communicate
from build_tasks.adapters.programs.running import Program, RunningPrograms, end
from build_tasks.errors import ExitCode, FlowError

__all__ = ["CommandLog", "Completed", "Processes"]


class Processes:
    """Runs programs.

    :param log: where commands and outputs go.
    :param env: the environment of every command (default: this process's own).
    """

    def __init__(self, log: CommandLog, env: Mapping[str, str] | None = None) -> None:
        self.log = log
        self._env = dict(os.environ if env is None else env)
        self._secrets = Secrets()
        self._running = RunningPrograms()

    def redact(self, secrets: Iterable[str]) -> None:
        """Take these texts out of everything that is logged, shown or returned from now on."""
        self._secrets.add(secrets)

    def clean(self, text: str) -> str:
        """The text with the known secrets replaced by ``***``."""
        return self._secrets.clean(text)

    def without(self, unwanted: Callable[[str], bool]) -> Processes:
        """The same log and secrets, minus the environment variables whose names ``unwanted`` picks."""
        other = copy(self)
        other._env = {name: value for name, value in self._env.items() if not unwanted(name)}
        return other

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: bytes | IO[bytes] | None = None,
        what: str = "",
        check: bool = True,
        timeout: float | None = None,
        on_line: Callable[[str], None] | None = None,
        raw_stdout: bool = False,
        uninterrupted: bool = False,
    ) -> Completed:
        """Run a program to its end.

        :param env: variables on top of the common environment.
        :param what: what the caller attempts, for the error message.
        :param check: raise :class:`ToolError` on a status other than 0.
        :param on_line: called with each line of either stream as it comes, in a thread that runs in a copy
            of the caller's :mod:`contextvars` context.
        :param raw_stdout: return standard output unredacted (a token that the caller stores in a file);
            it is then kept out of the log and of error messages.
        :param uninterrupted: an interruption lets it end by itself, and :meth:`end_running` does not keep it
            from being started: for the short commands that note and remove what others leave behind.
        :raises FlowError: UNAVAILABLE when the program does not exist.
        :raises ToolError: it failed, or did not end within ``timeout`` seconds.
        """
        words = tuple(str(word) for word in argv)
        started = time.monotonic()
        show = None if on_line is None else (lambda line: on_line(self.clean(line)))
        begun = self._running.begun(
            lambda: self._start(words, cwd, env, stdin, what, uninterrupted),
            lambda process: attend(process, show, show),
            uninterrupted=uninterrupted,
        )
        with begun as (process, readers), deadline(timeout, lambda: end(process)) as timed_out:
            out, err = communicate(process, stdin, readers)
        stdout, stderr = (b.decode("utf-8", "replace") for b in (out, err))
        shown = "(not logged)" if raw_stdout else self.clean(stdout)
        safe = tuple(map(self.clean, words))
        done = Completed(safe, process.returncode, shown, self.clean(stderr), time.monotonic() - started)
        self.log.record(done, cwd)
        if timed_out.is_set():
            raise self.log.failure(done, what, f"{done.argv[0]} did not end within {timeout:g} s")
        if check and done.status != 0:
            raise self.log.failure(done, what, f"{Path(done.argv[0]).name} ended with status {done.status}")
        return replace(done, stdout=stdout) if raw_stdout else done

    def end_running(self) -> None:
        """End every command that a thread of ours waits for, and start none any more.

        For the interruption of work in several threads: only the main thread hears of it.
        """
        self._running.end_all()

    @contextmanager
    def background(
        self,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None,
        on_line: Callable[[str], None],
        on_error: Callable[[str], None],
    ) -> Iterator[Program]:
        """Run a program until the context ends, when every line of it was passed on; none is kept."""
        words = tuple(map(str, argv))
        self.log.write(f"$ {self.clean(join(words))}  (until it is not needed any more)")
        heard = [lambda line, to=to: to(self.clean(line)) for to in (on_line, on_error)]
        begun = self._running.begun(
            lambda: self._start(words, None, env, None, "", uninterrupted=False),
            lambda process: attend(process, *heard, kept=False),
        )
        with begun as (process, readers):
            yield process
            end(process)
            for reader in readers:
                reader.result()

    def spawn(self, argv: Sequence[str | Path], *, log: Path, env: Mapping[str, str] | None = None) -> int:
        """Start a program that outlives this one, in a session of its own; gives its process id."""
        words = [str(word) for word in argv]
        self.log.write(f"$ {self.clean(join(words))}  (in the background, log: {log})")
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out, self._startable(words, ""):
            process = subprocess.Popen(
                words,
                env={**self._env, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        # Waited for, so that it leaves no zombie that looks alive should it end before we do.
        threading.Thread(target=process.wait, daemon=True).start()
        return process.pid

    def _start(
        self,
        words: tuple[str, ...],
        cwd: Path | None,
        env: Mapping[str, str] | None,
        stdin: bytes | IO[bytes] | None,
        what: str,
        uninterrupted: bool,
    ) -> subprocess.Popen[bytes]:
        if self._running.ending and not uninterrupted:
            raise FlowError(what or f"run {words[0]}", "interrupted", code=ExitCode.INTERRUPTED)
        with self._startable(words, what):
            return subprocess.Popen(
                words,
                cwd=cwd,
                env={**self._env, **(env or {})},
                stdin=subprocess.PIPE if isinstance(stdin, bytes) else (stdin or subprocess.DEVNULL),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )

    @contextmanager
    def _startable(self, words: Sequence[str], what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            ours = os.sep in words[0]
            raise FlowError(
                what or f"run {words[0]}",
                f"cannot start {words[0]}: {error.strerror}",
                "run `./inv platform.up`, which provides the tools" if ours else f"put {words[0]} on PATH",
                code=ExitCode.UNAVAILABLE,
                log=self.log.path,
            ) from None
        except ValueError as error:  # a NUL, or what is no character: texts of others may have any
            raise FlowError(what or f"run {words[0]}", f"cannot start {words[0]}: {error}") from None
