"""The platform's own images in a container engine. https://docs.docker.com/reference/cli/docker/buildx/build/"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from build_tasks.adapters.buildkit_output import build_failure
from build_tasks.adapters.docker_client import DockerClient


class EngineImages:
    """Implements :class:`build_tasks.ports.provisioning.ImageStore`."""

    def __init__(self, client: DockerClient) -> None:
        self._client = client

    def has(self, image: str) -> bool:
        """Whether the engine has an image of that name."""
        done = self._client.call("image", "inspect", "--format", "{{.Id}}", image, what=f"look for {image}")
        return done.status == 0

    def import_archive(self, archive: Path, image: str) -> None:
        """Make an image of one layer from a root filesystem (tar)."""
        what = f"import {archive.name} as {image}"
        self._client.checked(self._client.call("image", "import", str(archive), image, what=what), what)

    def build(
        self,
        context: Path,
        *,
        contexts: Mapping[str, str],
        args: Mapping[str, str],
        image: str,
        on_line: Callable[[str], None],
        target: str = "",
        archive: Path | None = None,
    ) -> None:
        """Build ``context/Dockerfile`` into the engine, or into an archive.

        Layers stay uncompressed: nothing here is ever pushed, and compressing a node image takes longer
        than all other work on it. No provenance: it would turn the result into an index for nobody.

        :raises FlowError: BUILD_FAILED with the failing step's last lines.
        """
        where = f"type=docker,dest={archive}," if archive else "type=image,"
        words = ["build", "--progress=plain", "--provenance=false", "--network=host"]
        words += [f"--build-context={name}={source}" for name, source in contexts.items()]
        words += [f"--build-arg={name}={text}" for name, text in args.items()]
        words += [f"--target={target}"] if target else []
        words += [f"--output={where}name={image},compression=uncompressed", str(context)]
        what = f"build {image}"
        done = self._client.buildx(*words, what=what, on_line=on_line)
        if done.status != 0:
            raise build_failure(what, done.stderr, self._client.processes.log.path)
