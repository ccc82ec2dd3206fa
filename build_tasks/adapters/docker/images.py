"""The platform's own images in a container engine. https://docs.docker.com/reference/cli/docker/buildx/build/"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from build_tasks.adapters.docker.buildkit_output import build_failure
from build_tasks.adapters.docker.client import DockerClient
from build_tasks.adapters.programs.process import Completed
from build_tasks.errors import ExitCode, FlowError

#: What buildx says of an engine that keeps images in its older store (no containerd image store).
_NO_ARCHIVES = "Docker exporter is not supported for the docker driver"

#: What engines say when an image is not the one that its digest promises (with either of their image stores).
_OTHER_CONTENT = (
    "unexpected commit digest",
    "manifest verification failed",
    "layer verification failed",
    "failed to verify",
)
#: What they say when a registry cannot be reached at all.
_NO_ANSWER = (
    "connection refused",
    "no such host",
    "i/o timeout",
    "Client.Timeout",
    "context deadline exceeded",
    "TLS handshake timeout",
    "network is unreachable",
    "proxyconnect",
    "server misbehaving",
    "x509:",
)
_REACH = "see whether the engine reaches that registry (its proxy is a setting of its own)"


class EngineImages:
    """Implements :class:`build_tasks.ports.provisioning.ImageStore`."""

    def __init__(self, client: DockerClient) -> None:
        self._client = client
        self._silent: dict[str, str] = {}

    def has(self, image: str) -> bool:
        """Whether the engine has an image of that name."""
        done = self._client.call("image", "inspect", "--format", "{{.Id}}", image, what=f"look for {image}")
        return done.status == 0

    def import_archive(self, archive: Path, image: str) -> None:
        """Make an image of one layer from a root filesystem (tar)."""
        what = f"import {archive.name} as {image}"
        self._client.checked(self._client.call("image", "import", str(archive), image, what=what), what)

    def pull(self, reference: str, image: str, on_line: Callable[[str], None]) -> None:
        """Pull an image by digest, which the engine verifies; without a name it would be swept up as unused.

        :raises FlowError: UNAVAILABLE when its registry does not answer or does not have it, CONFLICT when
            what it gives has another digest, FAILED when the engine's disk is full.
        """
        what, registry = f"pull {reference}", reference.partition("/")[0]
        if registry in self._silent:
            why = f"{self._silent[registry]} (tried before)"
            raise FlowError(what, why, _REACH, code=ExitCode.UNAVAILABLE)
        done = self._client.stream("pull", reference, what=what, on_line=on_line)
        if done.status != 0:
            raise self._not_pulled(what, registry, done)
        self._client.checked(self._client.call("tag", reference, image, what=what), what)

    def _not_pulled(self, what: str, registry: str, done: Completed) -> FlowError:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        why, log = (
            said[-1] if said else f"docker ended with status {done.status}",
            self._client.processes.log.path,
        )
        if any(text in why for text in _OTHER_CONTENT):
            fix = "find out who is between you and the registry; nothing of it is used"
            return FlowError(what, why, fix, code=ExitCode.CONFLICT, log=log)
        if "no space left on device" in why:
            return FlowError(what, why, "make room for the engine (`./inv platform.prune`)", log=log)
        if any(text in why for text in _NO_ANSWER):
            self._silent[registry] = why
        return FlowError(what, why, _REACH, code=ExitCode.UNAVAILABLE, log=log)

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
        words = ["build", "--progress=plain", "--provenance=false", "--network=host"]
        words += [f"--build-context={name}={source}" for name, source in contexts.items()]
        words += [f"--build-arg={name}={text}" for name, text in args.items()]
        words += [f"--target={target}"] if target else []
        words.append(str(context))
        if archive is None:
            self._finish(self._run(words, "type=image", image, on_line), image)
            return
        done = self._run(words, f"type=docker,dest={archive}", image, on_line)
        if done.status != 0 and _NO_ARCHIVES in done.stderr:
            self._by_way_of_the_engine(words, image, archive, on_line)
        else:
            self._finish(done, image)

    def _by_way_of_the_engine(
        self, words: Sequence[str], image: str, archive: Path, on_line: Callable[[str], None]
    ) -> None:
        """Engines with the older image store write archives only of images that they have."""
        had = self.has(image)
        self._finish(self._run(words, "type=image", image, on_line), image)
        what = f"save {image}"
        self._client.checked(
            self._client.call("image", "save", "--output", str(archive), image, what=what), what
        )
        if not had:
            self._client.call("image", "rm", image, what=f"remove {image} from the engine")

    def _run(
        self, words: Sequence[str], output: str, image: str, on_line: Callable[[str], None]
    ) -> Completed:
        where = f"--output={output},name={image},compression=uncompressed"
        return self._client.buildx(words[0], where, *words[1:], what=f"build {image}", on_line=on_line)

    def _finish(self, done: Completed, image: str) -> None:
        if done.status != 0:
            raise build_failure(f"build {image}", done.stderr, self._client.processes.log.path)
