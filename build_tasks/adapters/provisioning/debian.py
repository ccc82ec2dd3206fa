"""Debian and its relatives: packages of the host, and root filesystems made from packages."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from build_tasks.adapters.programs.process import Processes
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.platform import HostPackages

_DPKG_QUERY = Path("/usr/bin/dpkg-query")
_DPKG = Path("/usr/bin/dpkg")
_APT_GET = Path("/usr/bin/apt-get")
_DEBOOTSTRAP = Path("/usr/sbin/debootstrap")
_DEBOOTSTRAP_SCRIPTS = Path("/usr/share/debootstrap/scripts")
#: debootstrap and maintainer scripts look their programs up, whatever the user's PATH holds.
_PATH = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
#: Seconds apt-get waits for another package manager to let go of its locks.
_LOCK_PATIENCE = 600
#: What a root filesystem leaves out of the archive: caches and texts that no container reads.
_LEFT_OUT = (
    "./dev/*",
    "./etc/hostname",
    "./etc/resolv.conf",
    "./proc/*",
    "./sys/*",
    "./tmp/*",
    "./usr/share/doc/*/*.gz",
    "./usr/share/locale/*",
    "./usr/share/man/*",
    "./var/cache/apt/*",
    "./var/lib/apt/lists/*",
    "./var/log/*",
)


class DebianHost:
    """The host's own packages.

    :param user_id: who we run as; only root may install.
    :param dpkg_query: what knows which packages are installed; other systems do not have it.
    """

    def __init__(
        self, processes: Processes, user_id: int | None = None, dpkg_query: Path = _DPKG_QUERY
    ) -> None:
        self._processes = processes
        self._dpkg_query = dpkg_query
        self._user_id = os.geteuid() if user_id is None else user_id

    def missing(self, wanted: HostPackages) -> Sequence[str]:
        """Packages that are not installed.

        :raises FlowError: on a host that is not Debian or a relative of it, and lacks the group's programs.
        """
        if not self._dpkg_query.exists():
            if wanted.programs and all(path.exists() for path in wanted.programs.values()):
                return []
            raise FlowError(
                f"look for packages: {wanted.why}",
                "this host does not use Debian packages",
                f"install the equivalents of: {' '.join(wanted.packages)}",
                code=ExitCode.UNAVAILABLE,
            )
        form = "${Package} ${db:Status-Status}\\n"
        done = self._processes.run([self._dpkg_query, "-W", "-f", form, *wanted.packages], check=False)
        installed = {line.split()[0] for line in done.stdout.splitlines() if line.endswith(" installed")}
        return [package for package in wanted.packages if package not in installed]

    def install(self, wanted: HostPackages, on_line: Callable[[str], None]) -> None:
        """Install what is missing, without recommended packages and without questions.

        :raises FlowError: UNAVAILABLE, with the command to type, when we are not root; TOOL_FAILED when
            apt-get fails.
        """
        packages = self.missing(wanted)
        if not packages:
            return
        what = f"install {', '.join(packages)} ({wanted.why})"
        if self._user_id != 0:
            raise FlowError(
                what,
                "only root may install packages",
                f"sudo apt-get install --no-install-recommends {' '.join(packages)}",
                code=ExitCode.UNAVAILABLE,
            )
        apt: list[str | Path] = [_APT_GET, "-q", "-o", f"DPkg::Lock::Timeout={_LOCK_PATIENCE}"]
        env = {**_PATH, "DEBIAN_FRONTEND": "noninteractive"}
        self._processes.run([*apt, "update"], env=env, what=what, on_line=on_line)
        apt += ["install", "--yes", "--no-install-recommends", *packages]
        self._processes.run(apt, env=env, what=what, on_line=on_line)


class Debootstrap:
    """Minimal Debian systems, from the mirror that debootstrap uses by itself.

    :param downloads: folder that keeps downloaded packages.
    """

    def __init__(self, processes: Processes, downloads: Path) -> None:
        self._processes = processes
        self._downloads = downloads

    @property
    def architecture(self) -> str:
        """Debian's name of this machine's architecture: ``amd64``."""
        return self._processes.run([_DPKG, "--print-architecture"]).stdout.strip()

    def make(
        self, suite: str, packages: Sequence[str], archive: Path, on_line: Callable[[str], None]
    ) -> None:
        """Install a minimal system and write it to ``archive``, a tar file with numeric owners.

        :raises FlowError: with debootstrap's last lines, or when it does not know the suite.
        """
        what = f"make a Debian {suite} root filesystem"
        if not (_DEBOOTSTRAP_SCRIPTS / suite).exists():
            raise FlowError(
                what,
                f"this host's debootstrap does not know {suite}",
                "upgrade debootstrap to a newer release",
            )
        self._downloads.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="rootfs-", dir=archive.parent) as folder:
            root = Path(folder) / "root"
            # In a mount namespace of its own: when it is killed, no /proc stays mounted in the folder.
            words: list[str | Path] = ["/usr/bin/unshare", "--mount", "--propagation=private", _DEBOOTSTRAP]
            words += ["--variant=minbase", f"--cache-dir={self._downloads.absolute()}"]
            words += [f"--include={','.join(packages)}", suite, root]
            self._processes.run(words, env=_PATH, what=what, on_line=on_line)
            words = ["/usr/bin/tar", "--numeric-owner", *(f"--exclude={pattern}" for pattern in _LEFT_OUT)]
            self._processes.run([*words, "-C", root, "-cf", archive, "."], env=_PATH, what=what)
