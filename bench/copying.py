"""The registry's part of a promotion, with a large image, beside moving that through this machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from bench.big_image import big_image
from bench.by_hand import Hands, hands
from bench.measuring import Comparison, Side, compare
from bench.terminal import Terminal
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import Digest, Ref
from build_tasks.ports.artifacts import Registry
from build_tasks.steps.delivery.live import active_version
from build_tasks.wiring import Composition

_SIZE = 200 * 10**6


@dataclass
class Copies:
    """An image in a registry that speaks plain HTTP, and two ways to other repositories of it.

    :param host: of the registry.
    :param prefix: what the names of all these repositories begin with.
    """

    hands: Hands
    registry: Registry
    host: str
    prefix: str = field(default_factory=lambda: f"bench/copy-{uuid4().hex[:8]}")
    _made: int = 0

    def push(self, size: int) -> Ref:
        """Push a new image; gives it by digest.

        :param size: bytes, about.
        """
        repository = Ref(self.host, f"{self.prefix}/source")
        with TemporaryDirectory(prefix="bench-") as folder:
            image = big_image(Path(folder), size)
            for blob in image.blobs:
                where = f"{repository}@{blob.name}"
                self.hands.run(["oras", "blob", "push", "--plain-http", "--no-tty", where, blob])
            tagged = repository.tagged("v1")
            self.hands.run(["oras", "manifest", "push", "--plain-http", str(tagged), image.manifest])
            return repository.at(Digest(image.digest))

    def through_this_machine(self, source: Ref) -> float:
        """Pull, tag, push; gives their seconds. Neither engine nor target has anything of it before."""
        target = self._target()
        self._forget(source, target)
        steps = (("pull", str(source)), ("tag", str(source), str(target)), ("push", str(target)))
        took = sum(self.hands.run(["docker", *step]) for step in steps)
        self._forget(source, target)
        return took

    def in_the_registry(self, source: Ref) -> float:
        """The step of a promotion, with its proof that the copy is the original; gives its seconds."""
        started = time.monotonic()
        self.registry.copy(source, self._target())
        return time.monotonic() - started

    def _target(self) -> Ref:
        """A repository that is not there yet, so that no way finds what another one has left."""
        self._made += 1
        return Ref(self.host, f"{self.prefix}/target-{self._made}", "v1")

    def _forget(self, *images: Ref) -> None:
        self.hands.run(["docker", "image", "rm", "--force", *map(str, images)], check=False)


def copying(
    terminal: Terminal, service: str, *, rounds: int, tell: Callable[[str], None], size: int = _SIZE
) -> Comparison:
    """Both ways, and the whole command of a promotion: of what is live in production, which copies it again.

    :raises FlowError: USAGE if nothing is.
    """
    composition = Composition(terminal.folder)
    bench = composition.workbench
    live = active_version(bench, bench.services[service], bench.settings.production)
    if live is None:
        why = f"no version of {service} is live in production, so no promotion can be repeated"
        raise FlowError("measure a promotion", why, "bench/run flow first", code=ExitCode.USAGE)
    copies = Copies(hands(composition), bench.registry, bench.settings.registry)
    source = copies.push(size)
    words = (f"{service}.promote", "--version", str(live))
    sides = [
        Side("pull, tag, push", "docker pull; tag; push", lambda: copies.through_this_machine(source)),
        Side(
            "copy",
            "a promotion's step, in the registry",
            lambda: copies.in_the_registry(source),
            at_most=0.05,
        ),
        Side("whole command", f"inv {' '.join(words)}", lambda: terminal.inv(*words)),
    ]
    return compare(f"an image of {size / 10**6:.0f} MB goes to prod/", sides, rounds=rounds, tell=tell)
