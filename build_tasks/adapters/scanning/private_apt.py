"""apt with sources and state of its own, and otherwise as this machine has it (proxies, logins).

https://manpages.debian.org/apt.conf.5, https://manpages.debian.org/apt-get.8
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from build_tasks.adapters.programs.process import Completed, Processes

_APT_GET = Path("/usr/bin/apt-get")
_APT_HELPER = Path("/usr/lib/apt/apt-helper")
_DPKG_DEB = Path("/usr/bin/dpkg-deb")
_ENV = {"LC_ALL": "C.UTF-8", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
#: Whatever this machine's configuration says: nothing unsigned, expired or partial may pass for the archive.
_STRICT = {
    "Acquire::Check-Valid-Until": "true",
    "Acquire::Check-Date": "true",
    "Acquire::AllowInsecureRepositories": "false",
    "Acquire::AllowWeakRepositories": "false",
    "APT::Get::AllowUnauthenticated": "false",
    "APT::Update::Error-Mode": "any",
    # apt would otherwise fetch as a user who cannot read a folder of ours.
    "APT::Sandbox::User": "root",
    "Acquire::Languages": "none",
    "Acquire::Retries": "2",
    "Acquire::http::Timeout": "20",
    "Acquire::https::Timeout": "20",
}


def apt_is_here() -> bool:
    """Whether this machine uses apt."""
    return all(program.exists() for program in (_APT_GET, _APT_HELPER, _DPKG_DEB))


@dataclass(frozen=True)
class PrivateApt:
    """:param folder: holds its sources and state; :meth:`prepare` makes it."""

    processes: Processes
    folder: Path

    def prepare(self, source: str, architecture: str) -> None:
        """Have one source, and know no installed package.

        :param source: a line of sources.list.
        :param architecture: Debian's name of it; empty: this machine's.
        """
        for name in ("state/lists/partial", "cache/archives/partial"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "sources.list").write_text(source + "\n", encoding="utf-8")
        (self.folder / "status").write_text("", encoding="utf-8")
        (self.folder / "architecture").write_text(architecture, encoding="utf-8")

    def get(self, *words: str, what: str, cwd: Path | None = None) -> Completed:
        """``apt-get`` on these sources; the caller judges its status."""
        return self._run([_APT_GET, "-q", *self._options, *words], what, cwd=cwd)

    def indexes(self, form: str) -> list[list[str]]:
        """The indexes of packages that were fetched: of each the fields of ``form``, separated by blanks."""
        words = ["indextargets", "--format", form, "Created-By: Packages"]
        done = self._run([_APT_GET, *self._options, *words], "see what apt fetched", quietly=True)
        return [line.split() for line in done.stdout.splitlines()]

    def content(self, index: str) -> str:
        """An index's text, however apt has stored it."""
        return self._run([_APT_HELPER, "cat-file", index], "read apt's index", quietly=True).stdout

    def unpack(self, archive: Path, folder: Path) -> Completed:
        """The files of a package."""
        return self._run([_DPKG_DEB, "--extract", archive, folder], f"unpack {archive.name}")

    @property
    def _options(self) -> list[str]:
        own: dict[str, object] = {
            "Dir::State": self.folder / "state",
            "Dir::State::status": self.folder / "status",
            "Dir::Cache": self.folder / "cache",
            "Dir::Etc::sourcelist": self.folder / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
        }
        architecture = (self.folder / "architecture").read_text(encoding="utf-8")
        own |= {"APT::Architecture": architecture} if architecture else {}
        settings = [word for name, value in {**_STRICT, **own}.items() for word in ("-o", f"{name}={value}")]
        return [*settings, "-o", "#clear=APT::Architectures"]

    def _run(
        self, argv: list[str | Path], what: str, *, cwd: Path | None = None, quietly: bool = False
    ) -> Completed:
        return self.processes.run(argv, env=_ENV, what=what, check=False, cwd=cwd, raw_stdout=quietly)


def sources_here(processes: Processes) -> list[tuple[str, str]]:
    """Address and suite of each source of this machine's own apt; addresses may hold passwords.

    From its sources alone: to read the lists that it has fetched takes apt half a second.
    """
    form = ("--no-release-info", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages")
    with TemporaryDirectory(prefix="build-tasks-") as nothing:
        argv: list[str | Path] = [_APT_GET, "-o", f"Dir::State::lists={nothing}", "indextargets", *form]
        done = processes.run(argv, env=_ENV, check=False, raw_stdout=True)
    pairs = (line.split() for line in done.stdout.splitlines())
    return list(dict.fromkeys((pair[0], pair[1]) for pair in pairs if len(pair) == 2))
