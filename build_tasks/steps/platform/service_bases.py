"""The base images of services: which image stands for a reference of a Dockerfile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from build_tasks.errors import ExitCode, FlowError
from build_tasks.ports.reporting import Reporter
from build_tasks.steps.platform.base_images import STAND_IN, StandIns
from build_tasks.steps.platform.upstream_images import OwnImage, UpstreamImages


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

    def __call__(self, references: Iterable[str]) -> Mapping[str, str]:
        """Engine images for the references of Dockerfiles; pulls or builds what is missing.

        :raises FlowError: UNAVAILABLE for references that there is no way to, all of them at once.
        """
        wanted = sorted(set(references))
        self._refuse([r for r in wanted if self._pulled.name(r) is None and self._own(r) is None])
        return {reference: self._provide(reference) for reference in wanted}

    def _provide(self, reference: str) -> str:
        image = self._pulled.choose(reference, self._own(reference))
        if image.startswith(STAND_IN) and self._making is not None:
            about = self._making.known[reference].about
            self._reporter.note(f"{reference} is stood in for by {about}")
        return image

    def _own(self, reference: str) -> OwnImage | None:
        making, naming = self._making, self._naming
        if making is None or naming is None or reference not in making.known:
            return None

        def make(reason: str) -> str:
            return making.make(reference, f"{reason}, and the engine has no stand-in for it")

        return OwnImage(lambda: naming.make(reference, ""), make)

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
