"""Images as their publishers make them, where `platform.lock` accepts them; otherwise ours, from recipes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import Digest
from build_tasks.model.upstream import Pins, Upstream
from build_tasks.ports.provisioning import ImageStore
from build_tasks.ports.reporting import Reporter

_PIN = "run `./inv platform.pin`"


@dataclass(frozen=True)
class OwnImage:
    """An image that is made from a recipe.

    :param named: what it would be called; None where telling that would take work.
    :param make: makes it unless the engine has it, for a reason that is shown; gives its name.
    """

    named: Callable[[], str | None]
    make: Callable[[str], str]


class UpstreamImages:
    """Pulls images by digest.

    :param wanted: whether publishers are to be asked at all (``platform.routes``).
    """

    def __init__(
        self, upstream: Upstream, pins: Pins, images: ImageStore, reporter: Reporter, *, wanted: bool = True
    ) -> None:
        self._upstream = upstream
        self._pins = pins
        self._images = images
        self._reporter = reporter
        self._wanted = wanted

    def digest(self, reference: str) -> Digest | None:
        """What is accepted as that image; a reference with a digest in it says so itself."""
        return (
            (self._upstream.locate(reference).digest or self._pins.images.get(reference))
            if self._wanted
            else None
        )

    def name(self, reference: str) -> str | None:
        """What the engine calls the accepted image, pulled or not; None where none is accepted."""
        digest = self.digest(reference)
        return self._upstream.engine_name(reference, digest) if digest else None

    def choose(self, reference: str, own: OwnImage | None) -> str:
        """The name of the image to use for a reference; the engine then has it.

        What the engine has is used, the publisher's first: a platform does not change its images because a
        site answers today that did not yesterday. If it has neither, the publisher is asked, then the recipe.

        :param own: how we make it ourselves; None where we cannot.
        :raises FlowError: UNAVAILABLE when there is no way to it; CONFLICT when the registry gives something
            else for the digest.
        """
        pulled = self.name(reference)
        if pulled is None:
            return self._made(reference, own, self._reason(reference))
        present = self._present(pulled, own)
        if present is not None:
            return present
        try:
            self._pull(reference, pulled)
        except FlowError as error:
            if error.code is not ExitCode.UNAVAILABLE or own is None:
                raise
            self._reporter.warn(f"{error.what}: {error.why}")
            return self._made(reference, own, error.why)
        return pulled

    def foresee(self, reference: str, own: OwnImage | None) -> str:
        """The name that :meth:`choose` would give now, if whoever is asked answers; pulls and makes none."""
        pulled = self.name(reference)
        if pulled is not None:
            return self._present(pulled, own) or pulled
        named = own.named() if own else None
        return named if named is not None else self._made(reference, own, self._reason(reference))

    def _present(self, pulled: str, own: OwnImage | None) -> str | None:
        if self._images.has(pulled):
            return pulled
        named = own.named() if own else None
        return named if named is not None and self._images.has(named) else None

    def _reason(self, reference: str) -> str:
        return f"{reference} is not pinned" if self._wanted else "publishers are not to be asked"

    def _made(self, reference: str, own: OwnImage | None, reason: str) -> str:
        if own is None:
            raise FlowError(
                f"provide the image {reference}",
                f"{reason}, and it cannot be made on this machine",
                _PIN if self._wanted else "add `upstream` to platform.routes in the settings",
                code=ExitCode.UNAVAILABLE,
            )
        return own.make(reason)

    def _pull(self, reference: str, name: str) -> None:
        ref, digest = self._upstream.locate(reference), self.digest(reference)
        with self._reporter.step(f"pull {reference}", f"platform.lock accepts {digest}"):
            self._images.pull(str(ref.at(digest) if digest else ref), name, self._reporter.detail)
