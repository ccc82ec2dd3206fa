"""Debian's security suite, as apt verifies it. https://wiki.debian.org/SecureApt"""

from __future__ import annotations

import gzip
import hashlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock

from build_tasks.adapters.machine.credentials import credentials_in
from build_tasks.adapters.programs.process import Completed, Processes
from build_tasks.adapters.scanning.private_apt import PrivateApt, apt_is_here, sources_here
from build_tasks.model.scan import Unreachable
from build_tasks.planning.scanning.patch_level import SecurityIndex, SuitePackage, read_index

_LABEL, _SUITE_END = "Debian-Security", "-security"
_KEYRINGS = (
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
)

_NO_ARCHIVE = "this machine's apt has no security suite; scan.debian_security in pyproject.toml can name one"


class SecuritySuite:
    """The security suite of any Debian release; implements
    :class:`build_tasks.ports.scanning.SecurityUpdates`.

    :param folder: keeps what apt fetched.
    :param archive: address of the archive; empty: where this machine's apt has it.
    """

    def __init__(self, processes: Processes, folder: Path, archive: str) -> None:
        self._processes = processes
        self._folder = folder
        self._archive = archive

    def index(self, codename: str, architecture: str = "") -> SecurityIndex | Unreachable:
        """Fetch it. What is expired, or not signed by whom this machine knows as Debian, does not count.

        :param architecture: Debian's name of it; empty: this machine's.
        """
        source = self._source(codename)
        if isinstance(source, Unreachable):
            return source
        apt = self._apt(codename, architecture)
        apt.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(apt.folder / ".lock"):
            apt.prepare(source, architecture)
            done = apt.get("update", what=f"ask for Debian's security updates for {codename}")
            if done.status != 0:
                return Unreachable(_complaint(done))
            return self._read(apt, codename)

    def changelog(self, codename: str, architecture: str, package: SuitePackage) -> str:
        """The changelog in a package, downloaded for it; empty if there is none, or it cannot be had."""
        apt = self._apt(codename, architecture)
        with TemporaryDirectory(prefix="package-") as name:
            folder = Path(name)
            wanted = f"{package.name}={package.version}"
            apt.get("download", wanted, what=f"download {wanted}", cwd=folder)
            for archive in folder.glob("*.deb"):
                apt.unpack(archive, folder / "files")
            for file in sorted((folder / "files/usr/share/doc").glob("*/changelog.Debian*.gz")):
                if file.is_file():
                    return gzip.decompress(file.read_bytes()).decode("utf-8", "replace")
        return ""

    def _apt(self, codename: str, architecture: str) -> PrivateApt:
        return PrivateApt(self._processes, self._folder / f"{codename}-{architecture or 'host'}")

    def _source(self, codename: str) -> str | Unreachable:
        if not apt_is_here():
            return Unreachable("this machine has no apt, which fetches and verifies Debian's indexes")
        keyring = next((file for file in _KEYRINGS if file.exists()), None)
        if keyring is None:
            return Unreachable("Debian's keys are missing (package debian-archive-keyring)")
        archive = self._archive or self._archive_here()
        if not archive:
            return Unreachable(_NO_ARCHIVE)
        return f"deb [signed-by={keyring}] {archive} {codename}{_SUITE_END} main"

    def _archive_here(self) -> str:
        found = [address for address, suite in sources_here(self._processes) if suite.endswith(_SUITE_END)]
        self._processes.redact(credentials_in(found))
        return found[0] if found else ""

    def _read(self, apt: PrivateApt, codename: str) -> SecurityIndex | Unreachable:
        rows = apt.indexes("$(FILENAME) $(LABEL) $(CODENAME)")
        files = [row[0] for row in rows if row[1:] == [_LABEL, f"{codename}{_SUITE_END}"]]
        releases = sorted((apt.folder / "state/lists").glob("*Release"))
        if not files or not releases:
            return Unreachable(f"what was fetched is not Debian's security suite of {codename}")
        texts = [apt.content(file) for file in files]
        try:
            packages = tuple(package for text in texts for package in read_index(text))
            published = _date(releases[0].read_text(encoding="utf-8"))
        except ValueError as error:
            return Unreachable(f"the security suite's index cannot be read: {error}")
        identity = hashlib.sha256("".join(texts).encode()).hexdigest()
        return SecurityIndex(published, f"{codename} {published:%Y-%m-%dT%H:%M:%SZ} {identity}", packages)


def _date(release: str) -> datetime:
    """:raises ValueError: a Release file without a date."""
    dates = [line.partition(":")[2].strip() for line in release.splitlines() if line.startswith("Date:")]
    if not dates:
        raise ValueError("its Release file has no date")
    return parsedate_to_datetime(dates[0]).astimezone(UTC)


def _complaint(done: Completed) -> str:
    """apt's first error, without the marks of its output."""
    lines = done.stderr.splitlines()
    errors = [line.partition(":")[2].strip() for line in lines if line.startswith(("E:", "Err:"))]
    return errors[0] if errors else f"apt-get ended with status {done.status}"
