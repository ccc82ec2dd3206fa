"""The Go command. https://go.dev/ref/mod, https://pkg.go.dev/cmd/go"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from build_tasks.adapters.machine.memory import memory_limit
from build_tasks.adapters.machine.operating_system import OperatingSystem
from build_tasks.adapters.programs.process import Processes
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.platform import GoProgram

#: Programs that compiling needs are found here, whatever the user's PATH holds.
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#: The user's settings that say how modules are reached and where they are kept; all others stay out.
_KEPT = ("GOPROXY", "GOSUMDB", "GONOSUMDB", "GONOPROXY", "GOPRIVATE", "GOINSECURE", "GOAUTH")
_KEPT_FOLDERS = ("GOMODCACHE", "GOCACHE")
_LEFT_OUT = ("GOFLAGS", "GOEXPERIMENT", "GODEBUG", "GOARM64", "GOAMD64", "CGO_CFLAGS", "CGO_LDFLAGS")
#: Bytes each of the compilers that run side by side must have to itself to go without collecting garbage.
#: One that needs more begins to collect; it is not ended.
_ROOM = 2 << 30


class Go:
    """Builds programs with one exact toolchain, whatever Go the machine has.

    :param toolchain: ``go1.26.8``; the go command fetches it as a module if it is another one itself.
    :param oldest: version from which on a `go` on PATH can do that, ``1.21``.
    :param path: the PATH to search for `go`.
    :param fallback: brings a go command and gives its path; called when PATH has none.
    """

    def __init__(
        self, processes: Processes, *, toolchain: str, oldest: str, path: str, fallback: Callable[[], Path]
    ) -> None:
        self._processes = processes
        self._toolchain = toolchain
        self._oldest = _numbers(oldest)
        self._path = path
        self._fallback = fallback

    @property
    def identity(self) -> str:
        """Toolchain and target."""
        target = OperatingSystem.here().target
        return f"{self._toolchain} {target.system}/{target.machine}"

    def build(self, program: GoProgram, output: Path, on_line: Callable[[str], None]) -> None:
        """Build one program; modules must match go.sum.

        :raises FlowError: with the compiler's last lines.
        """
        stamps = "".join(f" -X {name}={text}" for name, text in sorted(program.stamps.items()))
        words: list[str | Path] = [
            *(self._command, "build", "-mod=readonly", "-trimpath", "-buildvcs=false"),
            *("-tags", ",".join(program.tags), "-ldflags", f"-s -w{stamps}"),
            *("-o", output, program.package),
        ]
        self._processes.run(
            words,
            cwd=program.module,
            env={**self._settings, "CGO_ENABLED": "1" if program.cgo else "0"},
            what=f"build {output.name} from its Go module",
            on_line=on_line,
        )

    def root(self) -> Path:
        """GOROOT of the toolchain; the go command fetches it if need be.

        :raises FlowError: with the go command's last lines.
        """
        what = f"find the toolchain {self._toolchain}"
        done = self._processes.run([self._command, "env", "GOROOT"], env=self._settings, what=what)
        return Path(done.stdout.strip()).resolve()

    def sources(self, folder: Path, module: str) -> Path:
        """The folder of a module in Go's module cache, at the version that ``folder/go.mod`` selects.

        :raises FlowError: the module is not in the cache; building something of it brings it there.
        """
        what = f"find the sources of {module}"
        words: list[str | Path] = [self._command, "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", module]
        done = self._processes.run(words, cwd=folder, env=self._settings, what=what)
        found = done.stdout.strip()
        if not found:
            fix = "run it again; `go clean -modcache` if that does not help"
            raise FlowError(what, "Go's module cache does not hold it", fix, code=ExitCode.TOOL_FAILED)
        return Path(found)

    @cached_property
    def _command(self) -> Path:
        found = shutil.which("go", path=self._path)
        if found is not None and self._version(Path(found)) >= self._oldest:
            return Path(found)
        return self._fallback()

    def _version(self, go: Path) -> tuple[int, ...]:
        done = self._processes.run([go, "env", "GOVERSION"], env={"GOTOOLCHAIN": "local"}, check=False)
        return _numbers(done.stdout)

    @cached_property
    def _settings(self) -> Mapping[str, str]:
        """The environment of a build: the user's module settings, and otherwise only ours."""
        names = (*_KEPT, *_KEPT_FOLDERS)
        done = self._processes.run(
            [self._command, "env", "-json", *names], env={"GOTOOLCHAIN": "local"}, what="read Go's settings"
        )
        try:
            kept = {name: str(text) for name, text in json.loads(done.stdout).items() if text}
        except ValueError as error:
            raise FlowError(
                "read Go's settings",
                f"{self._command} printed no JSON: {error}",
                "check `go env -json`",
                code=ExitCode.TOOL_FAILED,
            ) from None
        return {
            **dict.fromkeys(_LEFT_OUT, ""),
            **kept,
            "GOENV": "off",
            "GOWORK": "off",
            "GOTOOLCHAIN": self._toolchain,
            "CC": "/usr/bin/gcc",
            "PKG_CONFIG": "/usr/bin/pkg-config",
            "PATH": _SYSTEM_PATH,
            **collection(memory_limit(), os.cpu_count() or 1),
        }


def collection(memory: int, processors: int) -> dict[str, str]:
    """How Go's own programs collect garbage: in half of the memory not at all, for that is a sixth of what
    compiling takes; as they do by themselves where that is too little for as many as there are processors.
    Neither changes what is made (https://pkg.go.dev/runtime#hdr-Environment_Variables).

    :param memory: bytes.
    """
    each = memory // (2 * processors)
    return {"GOGC": "off", "GOMEMLIMIT": str(each)} if each >= _ROOM else {}


def _numbers(version: str) -> tuple[int, ...]:
    """``go1.26.8`` -> (1, 26, 8); () when there is no version in the text."""
    found = re.search(r"\d+(\.\d+)*", version)
    return tuple(int(n) for n in found[0].split(".")) if found else ()
