"""What a service is built from, derived from its own files.

Its folder; what its Dockerfile copies from the build context, which is the repository's root; the charts of
the repository that its chart stands on; and what its service.toml names besides. docs/affected.md says it to
users.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.affected import Change, Reason
from build_tasks.model.docker_patterns import Patterns, ignore_lines
from build_tasks.model.service import Service
from build_tasks.planning.dockerfiles.context_source import ContextSource
from build_tasks.planning.dockerfiles.dockerfile import Dockerfile, parse
from build_tasks.planning.inputs.claims import Claim, copied_claim, extra_claims, folder_claim
from build_tasks.planning.inputs.tree import Tree, followed

#: The root's; a Dockerfile's own has this behind the Dockerfile's name.
_IGNORE_FILE = ".dockerignore"


@dataclass(frozen=True)
class Sources:
    """What one service is built from; each part is read when it is first asked for.

    Every method may raise FlowError: CONFIG for a Dockerfile or an ignore file that cannot be read or
    understood, CHART_REFUSED for a dependency of the chart that is not in the repository.
    """

    service: Service
    tree: Tree

    @property
    def own(self) -> Claim:
        """The service's folder."""
        folder = self.service.folder
        return folder_claim(Reason.OWN_FOLDER, folder, f"in its folder {folder}")

    @property
    def listed(self) -> list[Claim]:
        """All of it that there is, the service's folder first: to be shown, or compared with filters."""
        ignored = self.ignore_file == _IGNORE_FILE and self.tree.text(_IGNORE_FILE) is not None
        found = (claim for claim in self.elsewhere() if ignored or claim.reason is not Reason.IGNORE_FILE)
        return [self.own, *found]

    def elsewhere(self, *, charts: bool = True) -> list[Claim]:
        """All that is not in its folder.

        :param charts: with those that its chart stands on; else no chart is read.
        """
        found = [*extra_claims(self.service), *self._of_images(), *self._of_links()]
        found += self._of_charts() if charts else ()
        inside = f"{self.service.folder}/"
        return [claim for claim in found if not f"{claim.place}/".startswith(inside)]

    @property
    def paths(self) -> list[str]:
        """Files and folders that hold all of it, the service's folder first; a pattern's is the folder above
        it.
        """
        return [*dict.fromkeys(claim.place for claim in self.listed)]

    @property
    def image_paths(self) -> list[str]:
        """Files and folders that hold all that goes into an image, and the Dockerfile first."""
        places = (source.folder for source in self.copied)
        return [*dict.fromkeys([*self._instructions, *places, *self._extra.roots()])]

    def goes_in(self, change: Change) -> bool:
        """Whether a file is one of those that an image is made of."""
        return self._extra.match(change.path) or self.enters(change)

    def enters(self, change: Change) -> bool:
        """Whether a build sees a file: it is copied, or says how the image is made."""
        if change.path in self._instructions:
            return True
        return any(claim.holds(change) for claim in self._copied_claims)

    @cached_property
    def dockerfile(self) -> Dockerfile:
        name = self.service.dockerfile
        text = self.tree.text(name)
        if text is None:
            fix = f"see [image] in {self.service.toml}"
            what = f"read the Dockerfile of {self.service.name}"
            raise FlowError(what, f"{name}: No such file or directory", fix, code=ExitCode.CONFIG)
        return parse(text, name)

    @cached_property
    def copied(self) -> tuple[ContextSource, ...]:
        """What the Dockerfile copies, links followed as Docker follows those that COPY names."""
        return tuple(found for source in self.dockerfile.copied for found in self._led(source))

    @cached_property
    def ignore_file(self) -> str:
        """The file that says what is not in the build context: BuildKit takes the Dockerfile's own or the
        root's.
        """
        own = f"{self.service.dockerfile}{_IGNORE_FILE}"
        return _IGNORE_FILE if self.tree.text(own) is None else own

    @cached_property
    def ignored(self) -> Patterns:
        """What is not in the build context."""
        try:
            return Patterns(ignore_lines(self.tree.text(self.ignore_file) or ""))
        except ValueError as error:
            what = f"find out what the image of {self.service.name} is built from"
            fix = "correct it; Docker refuses it, too: docs.docker.com/build/concepts/context/#syntax"
            raise FlowError(what, f"{self.ignore_file}: {error}", fix, code=ExitCode.CONFIG) from None

    @cached_property
    def charts(self) -> tuple[str, ...]:
        """Folders of the charts that the service's chart stands on. No image is made of them."""
        # A YAML library comes with it, and not everybody who asks what a service is made of asks for charts.
        from build_tasks.planning.charts.dependencies import chart_dependencies

        found = chart_dependencies(self.service.chart, self.tree.text)
        return tuple(dict.fromkeys(dependency.folder for dependency in found))

    @cached_property
    def _extra(self) -> Patterns:
        return Patterns(self.service.inputs)

    @cached_property
    def _instructions(self) -> list[str]:
        """The files that say how an image is made, where they really are."""
        written = [self.service.dockerfile, self.ignore_file]
        return [followed(name, self.tree)[1] for name in written if self.tree.text(name) is not None]

    @cached_property
    def _copied_claims(self) -> list[Claim]:
        return [copied_claim(source, lambda: self.ignored) for source in self.copied]

    def _of_images(self) -> Iterator[Claim]:
        yield from self._copied_claims
        # Its own lies beside its Dockerfile. The root's counts even if it is gone: that is a change.
        how = "it says what the Dockerfile cannot copy"
        yield Claim(Reason.IGNORE_FILE, _IGNORE_FILE, _IGNORE_FILE, how, self._uses_root_s_ignore_file)

    def _uses_root_s_ignore_file(self, _: Change) -> bool:
        return self.ignore_file == _IGNORE_FILE

    def _of_charts(self) -> Iterator[Claim]:
        for folder in self.charts:
            yield folder_claim(Reason.CHART, folder, f"its chart depends on {folder}")

    def _of_links(self) -> Iterator[Claim]:
        """Where the service's own files really are, should they be links."""
        for reason, name in (
            (Reason.OWN_FOLDER, self.service.folder),
            (Reason.DOCKERFILE, self.service.dockerfile),
            (Reason.IGNORE_FILE, f"{self.service.dockerfile}{_IGNORE_FILE}"),
            (Reason.CHART, self.service.chart),
        ):
            links, place = followed(name, self.tree)
            for found in [*links[1:], place] if links else []:
                yield folder_claim(reason, found, f"{name} leads to {found}")

    def _led(self, source: ContextSource) -> Iterator[ContextSource]:
        """A source where it really is, and the links on the way."""
        if source.parents is not None:  # its folders are copied as they are, links among them
            yield source
            return
        links, place = followed(source.folder, self.tree)
        real = source.at(place) if links else source
        yield from (replace(source, path=link, literal=True) for link in links)
        yield real
        depth = real.path.count("/") + 1 if real.is_pattern else 0
        for link in self.tree.links_below(real.folder, depth) if depth else []:
            if real.names(link):
                more, end = followed(link, self.tree)
                yield from (replace(source, path=found, literal=True) for found in [*more[1:], end])
