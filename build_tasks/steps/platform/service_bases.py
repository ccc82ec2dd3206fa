"""The base images of services: which image stands for a reference of a Dockerfile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from build_tasks.errors import ExitCode, FlowError
from build_tasks.ports.reporting import Reporter
from build_tasks.steps.platform.base_images import StandIns
from build_tasks.steps.platform.upstream_images import UpstreamImages


class BaseImages:
    """Base images for services: the publisher's where `platform.lock` accepts one, else a stand-in.

    :param making: builds stand-ins; None where none can be built.
    :param naming: only names them.
    """

    def __init__(
        self,
        pulled: UpstreamImages,
        making: StandIns | None,
        naming: StandIns | None,
        reporter: Reporter,
    ) -> None:
        self._pulled = pulled
        self._making = making
        self._naming = naming
        self._reporter = reporter

    def identities(self, references: Iterable[str]) -> Mapping[str, str]:
        """Names of the engine images that stand for references; each is for one content, and none is made.

        They follow from platform.lock and the recipes alone, so that two machines agree on them.

        :raises FlowError: UNAVAILABLE for references that there is no way to, all of them at once.
        """
        wanted = sorted(set(references))
        self._refuse([r for r in wanted if self._pulled.name(r) is None and not self._has_recipe(r)])
        return {reference: self._identity(reference) for reference in wanted}

    def __call__(self, references: Iterable[str]) -> Mapping[str, str]:
        """The same images, which the engine then has.

        A pinned image that cannot be pulled is not stood in for: what is built on it would bear the name of
        other content.

        :raises FlowError: as :meth:`identities`; UNAVAILABLE also when a pinned one cannot be pulled.
        """
        return {reference: self._provide(reference) for reference in self.identities(references)}

    def _identity(self, reference: str) -> str:
        pulled = self._pulled.name(reference)
        if pulled is not None or self._naming is None:
            return pulled or reference
        return self._naming.make(reference, "")

    def _provide(self, reference: str) -> str:
        if self._pulled.name(reference) is not None or self._making is None:
            return self._pull(reference)
        image = self._making.make(reference, f"no publisher's image is accepted for {reference}")
        self._reporter.note(f"{reference} is stood in for by {self._making.known[reference].about}")
        return image

    def _pull(self, reference: str) -> str:
        try:
            return self._pulled.choose(reference, None)
        except FlowError as error:
            if error.code is not ExitCode.UNAVAILABLE or not self._has_recipe(reference):
                raise
            fix = "make its registry reachable; or BUILD_TASKS_ROUTES=path,packages, and a stand-in is used"
            raise FlowError(error.what, error.why, fix, code=error.code, log=error.log) from None

    def _has_recipe(self, reference: str) -> bool:
        return self._making is not None and reference in self._making.known

    def _refuse(self, unknown: Sequence[str]) -> None:
        if not unknown:
            return
        fix = "`./inv platform.pin` accepts what the Dockerfiles name, where its registry can be reached"
        if self._making is not None:
            fix += f"; or use one of {', '.join(sorted(self._making.known))}, or add a recipe"
        raise FlowError(
            "provide base images",
            f"platform.lock does not accept {', '.join(unknown)}, and there is no recipe for a stand-in",
            fix,
            code=ExitCode.UNAVAILABLE,
        )
