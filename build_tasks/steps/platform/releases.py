"""The source of tools that a laptop uses: publishers' releases, as `platform.lock` accepts them."""

from __future__ import annotations

from collections.abc import Callable

from build_tasks.model.platform import Declined, Found, Obtainable, ToolRecipe, content_key
from build_tasks.model.upstream import Pins, Release, Target, Upstream
from build_tasks.ports.provisioning import Lines, Store
from build_tasks.ports.upstream import Archives, Downloads

_PIN = "run `./inv platform.pin`"


class UpstreamReleases:
    """Downloads programs and keeps them.

    :param target: the machine to bring programs for.
    :param downloads: gives what downloads, when something has to be downloaded.
    :param store: keeps ``<program>/<key>/bin/<program>``.
    """

    label = "upstream release"
    origin = "downloaded"

    def __init__(
        self,
        upstream: Upstream,
        pins: Pins,
        target: Target,
        downloads: Callable[[], Downloads],
        archives: Archives,
        store: Store,
    ) -> None:
        self._upstream = upstream
        self._pins = pins
        self._target = target
        self._downloads = downloads
        self._archives = archives
        self._store = store

    def look(self, recipe: ToolRecipe, program: str) -> Found | Obtainable | Declined:
        """Found in the cache, obtainable, or why it is not accepted."""
        release = self._upstream.releases.get(program)
        if release is None or self._target.system not in release.systems:
            return Declined(f"none that can be verified is known for {self._target.system}")
        sha256 = self._pinned(recipe, program)
        if isinstance(sha256, Declined):
            return sha256
        folder = self._store.find(program, self._key(release, recipe, sha256))
        return Found(folder / "bin" / program, recipe.version) if folder else Obtainable("not in the cache")

    def bring(self, recipe: ToolRecipe, on_line: Lines) -> None:
        """Download those of the recipe's programs that are published and accepted.

        :raises FlowError: UNAVAILABLE when a site does not give it; CONFLICT when it has another file.
        """
        for release in self._upstream.of_recipe(recipe.name):
            if isinstance(self.look(recipe, release.program), Obtainable):
                self._bring(release, recipe, on_line)

    def _bring(self, release: Release, recipe: ToolRecipe, on_line: Lines) -> None:
        sha256 = self._pinned(recipe, release.program)
        assert isinstance(sha256, str)
        key, program = self._key(release, recipe, sha256), release.program
        with self._store.fill(program, key) as folder:
            if self._store.find(program, key) is not None:
                return  # another run of ours brought it while we waited for the lock
            url = release.url(recipe.version, self._target)
            on_line(f"{program}: {url}")
            file = folder / "file"
            self._downloads().fetch(url, sha256, file, on_line)
            member = release.path_inside(recipe.version, self._target)
            self._archives.take_out(file, member, folder / "bin" / program)
            file.unlink()

    def _pinned(self, recipe: ToolRecipe, program: str) -> str | Declined:
        pinned = self._pins.tools.get(program)
        if pinned is None:
            return Declined(f"not pinned: {_PIN}")
        if pinned.version != recipe.version:
            return Declined(f"platform.lock is about {pinned.version}: {_PIN}")
        return pinned.files.get(self._target) or Declined(f"not pinned for {self._target}: {_PIN}")

    def _key(self, release: Release, recipe: ToolRecipe, sha256: str) -> str:
        return content_key("release", sha256, release.path_inside(recipe.version, self._target))
