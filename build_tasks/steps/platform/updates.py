"""Debian's security updates in base images that were made before they came out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from build_tasks.model.scan import Unreachable
from build_tasks.planning.scanning.patch_level import installed_packages, outdated
from build_tasks.ports.host import PrivateFiles
from build_tasks.ports.provisioning import ImageStore
from build_tasks.ports.reporting import Clock, Reporter
from build_tasks.ports.scanning import SecurityUpdates
from build_tasks.steps.platform.base_images import DebianBase, DerivedImages

#: Prints the packages of a Debian system as :func:`installed_packages` reads them.
LIST_PACKAGES = (
    "dpkg-query",
    "--show",
    "--showformat=${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\\n",
)


@dataclass(frozen=True)
class UpdateState:
    """What is remembered, for all instances of this machine.

    :param folder: may be thrown away at any moment.
    """

    files: PrivateFiles
    folder: Path

    @property
    def taken(self) -> str:
        """The publication whose updates base images have on top, ``20260301T093211Z``; empty: none but their
        own.
        """
        return self.files.read(self.folder / "updates-taken").strip()

    def take(self, publication: str) -> None:
        self.files.write(self.folder / "updates-taken", publication)

    @property
    def asked(self) -> str:
        """The day on which the security suite was last asked."""
        return self.files.read(self.folder / "updates-asked").strip()

    def ask(self, day: str) -> None:
        self.files.write(self.folder / "updates-asked", day)


class UpdatedBase:
    """The Debian system with the updates of a publication on top; where none were taken, as it is.

    It is named for the publication, which is the archive's word: machines that take updates from the same
    state of it agree on the name, and so on what an image is made of, whatever day their clocks show.
    """

    def __init__(self, base: DebianBase, derived: DerivedImages, state: UpdateState) -> None:
        self._base = base
        self._derived = derived
        self._state = state

    def __call__(self) -> str:
        """The image's name in the engine; makes it when it is not there."""
        taken = self._state.taken
        if not taken:
            return self._base()
        reason = "security updates came out since the base image was made"
        name = f"build-tasks/debian-updated:{taken}"
        return self._derived("updates", name, reason, args={"PUBLISHED": taken})


@dataclass(frozen=True)
class TakeUpdates:
    """Has base images made anew when the security suite holds something newer for them; asks once a day.

    :param codename: the Debian release that all of them are.
    :param names: names of all base images, made or not.
    :param listed: what :data:`LIST_PACKAGES` prints in an image.
    """

    codename: str
    names: Callable[[], Iterable[str]]
    images: ImageStore
    listed: Callable[[str], str]
    suite: SecurityUpdates
    state: UpdateState
    clock: Clock
    reporter: Reporter

    def __call__(self) -> None:
        """Look, and remember the publication; who needs an image then makes it anew.

        Where the suite cannot be reached, images stay as they are.
        """
        today = self.clock.now().date().isoformat()
        present = [name for name in sorted(self.names()) if self.images.has(name)]
        if not present or self.state.asked == today:
            return
        newer = self.suite.index(self.codename)
        self.state.ask(today)
        if isinstance(newer, Unreachable):
            self.reporter.skip("security updates of base images", newer.reason)
            return
        bills = [installed_packages(self.listed(name), self.codename) for name in present]
        late = sorted({one.installed.name for bill in bills for one in outdated(bill, newer.packages)})
        publication = f"{newer.published:%Y%m%dT%H%M%SZ}"
        if late and publication != self.state.taken:
            self.reporter.note(
                f"base images are made anew when they are needed: {', '.join(late)} got updates"
            )
            self.state.take(publication)
