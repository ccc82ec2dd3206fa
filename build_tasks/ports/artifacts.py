"""Images, charts and the registry that holds them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from build_tasks.model.images import Attachment, BuildRequest, Built, ContainerExit, Digest, LocalImage, Ref
from build_tasks.planning.charts.dependencies import ChartDependency


class ImageBuilder(Protocol):
    """A container engine, as far as a build needs it."""

    def build(self, request: BuildRequest) -> Built:
        """Build a stage into the engine's store; FlowError(BUILD_FAILED) with the last lines if it fails."""

    def inspect(self, tag: str) -> LocalImage | None:
        """The image of that name or id in the engine, or None."""

    def run(
        self, image: str, *, results_from: str, results_to: Path, env: Mapping[str, str]
    ) -> ContainerExit:
        """Run the image to its end, then copy the folder ``results_from`` out of it into ``results_to``.

        Copies, not mounts: it works with a remote engine and the files belong to the caller. The container
        is removed in every case. A folder that the container never made leaves ``results_to`` empty.
        """

    def push(self, tag: str, ref: Ref) -> Digest:
        """Push the engine's image ``tag`` as ``ref``; gives the digest that the registry recorded."""


class BaseImages(Protocol):
    """Where the images that Dockerfiles are based on come from."""

    def identities(self, references: Sequence[str]) -> Mapping[str, str]:
        """For each reference a name made from the content of what stands for it (itself, if nothing does).

        Two machines agree on it, and neither has to make or fetch the image to know it.
        """

    def provide(self, references: Sequence[str]) -> Mapping[str, str]:
        """For each reference the engine's image that stands for it (itself, if it could be pulled)."""


class ProvenanceStore(Protocol):
    """What the builder told of images of this machine's engine."""

    def keep(self, image: str, document: bytes) -> None:
        """Keep it; what was kept of that image before stays.

        :param image: its id.
        """

    def of(self, image: str) -> bytes | None:
        """What was kept of an image; None if nothing was."""


class Registry(Protocol):
    """An OCI registry, https://github.com/opencontainers/distribution-spec."""

    def digest(self, ref: Ref) -> Digest | None:
        """What a tag (or digest) resolves to; None if there is no such thing."""

    def labels(self, ref: Ref) -> Mapping[str, str]:
        """The labels in the image's configuration."""

    def tags(self, repository: Ref) -> Sequence[str]:
        """Tags of a repository, in no order; empty if the repository does not exist."""

    def copy(self, source: Ref, target: Ref, attachments: Collection[Digest] = ()) -> Digest:
        """Copy by digest inside the registry; gives the target's digest.

        :param attachments: digests of what goes along of all that is attached to it. What holds anything
            but files (an image that pretends to be an attachment) stays behind.
        """

    def push_chart(self, archive: Path, ref: Ref) -> Digest:
        """Push a chart archive as Helm would; the same archive gives the same digest every time."""

    def chart_archive_digest(self, ref: Ref) -> Digest | None:
        """Digest of the .tgz layer of a pushed chart; None if there is no such chart."""

    def pull_chart(self, ref: Ref, folder: Path) -> Path:
        """Fetch a chart by tag or digest into ``folder``; gives the path of the .tgz."""

    def attach(self, subject: Ref, artifact_type: str, files: Mapping[str, bytes]) -> Digest:
        """Attach files to an image (a referrer); read back, so that a lost update is retried."""

    def attach_all(self, subject: Ref, pieces: Mapping[str, Mapping[str, bytes]]) -> None:
        """The same for several types at once: files by artifact type."""

    def attachments(self, subject: Ref, *artifact_types: str) -> Sequence[Attachment]:
        """What is attached to an image under any of these types, oldest first; to no image nothing is."""


class Charts(Protocol):
    """Helm without a cluster."""

    def lint(self, chart: Path, values: Mapping[str, object]) -> None:
        """`helm lint --strict`; FlowError(CHART_REFUSED) with Helm's findings.

        :param chart: an archive, or the folder of a chart that stands on no other; so for :meth:`template`.
        """

    def template(
        self, chart: Path, *, release: str, namespace: str, values: Mapping[str, object], kube_version: str
    ) -> str:
        """Rendered manifests, one YAML stream; FlowError(CHART_REFUSED) with Helm's message."""

    def dependencies(self, chart: Path, root: Path) -> Sequence[ChartDependency]:
        """The charts of the repository at ``root`` that a chart's folder stands on, and theirs.

        FlowError(CHART_REFUSED), with the line of Chart.yaml, for one that is elsewhere, missing or of
        another version. A folder without a Chart.yaml stands on nothing.
        """

    def package(self, chart: Path, *, version: str, folder: Path, root: Path | None = None) -> Path:
        """`helm package` with version = appVersion; equal files give an equal archive, dependencies inside.

        :param root: the repository that dependencies come from; None: the chart can have none.
        """
