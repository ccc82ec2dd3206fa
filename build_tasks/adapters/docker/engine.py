"""A container engine, https://docs.docker.com/reference/cli/docker/."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import msgspec
from tenacity import Retrying, retry_if_result, stop_after_attempt

from build_tasks.adapters.docker.buildkit_output import build_failure
from build_tasks.adapters.docker.buildx_options import (
    METADATA_SETTINGS,
    NO_CACHE_EXPORT,
    build_options,
    cache_of,
    provenance_of,
    with_inline_cache,
)
from build_tasks.adapters.docker.client import DockerClient
from build_tasks.adapters.programs.process import Completed
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import BuildRequest, Built, ContainerExit, Digest, LocalImage, Ref

#: Every container that this project starts bears it, so that leftovers of a killed run can be found.
RUN_LABEL = "build-tasks.run"

_PUSHED = re.compile(r"digest: (sha256:[0-9a-f]{64})")
#: What a registry (distribution) says when the engine resumes an upload of which it kept something else.
_BROKE_OFF = "invalid content range"
#: How often an upload is tried.
_UPLOADS = 3
_NO_IMAGE = ("no such image", "no such object")
_NO_FOLDER = ("could not find the file", "no such file or directory")


class _State(msgspec.Struct, rename="pascal"):
    status: str = ""
    exit_code: int = 0
    oom_killed: bool = msgspec.field(name="OOMKilled", default=False)


class _Config(msgspec.Struct, rename="pascal"):
    labels: dict[str, str] | None = None
    user: str = ""


class _Image(msgspec.Struct, rename="pascal"):
    id: str
    config: _Config | None = None
    repo_tags: list[str] | None = None


def _unheard(_line: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class DockerEngine:
    """Implements :class:`build_tasks.ports.artifacts.ImageBuilder`.

    :param run_id: names this run of the tool, in the label of the containers it starts.
    :param on_line: gets each line of a build or a container as it comes.
    """

    client: DockerClient
    run_id: str = "unnamed"
    on_line: Callable[[str], None] = _unheard

    def build(self, request: BuildRequest) -> Built:
        """Build one stage with BuildKit and load it into the engine.

        :raises FlowError: BUILD_FAILED with the failing step and its last lines; UNAVAILABLE.
        """
        what = f"build {request.tag} (stage {request.target})"
        with TemporaryDirectory(prefix="build-tasks-") as folder:
            metadata = Path(folder, "metadata.json")
            options = build_options(request, self.client.engine.builder, metadata)
            done = self._buildx(options, request, what)
            if done.status != 0 and NO_CACHE_EXPORT in done.stderr:
                done = self._buildx(with_inline_cache(options), request, what)
            if done.status != 0:
                raise build_failure(what, done.stderr, self.client.processes.log.path)
            return Built(provenance_of(metadata), cache_of(metadata))

    def inspect(self, tag: str) -> LocalImage | None:
        """The image of that name or id in the engine, or None."""
        what = f"look at image {tag}"
        done = self.client.call("image", "inspect", tag, what=what)
        if done.status != 0 and any(text in done.stderr.lower() for text in _NO_IMAGE):
            return None
        image = msgspec.json.decode(self.client.checked(done, what).stdout, type=list[_Image])[0]
        config = image.config or _Config()
        return LocalImage(image.id, config.labels or {}, config.user, tuple(image.repo_tags or ()))

    def run(
        self, image: str, *, results_from: str, results_to: Path, env: Mapping[str, str]
    ) -> ContainerExit:
        """Run an image to its end and copy a folder out of it; see the port.

        Values of ``env`` travel in the client's environment, never in its arguments.
        """
        results_to.mkdir(parents=True, exist_ok=True)
        lines: list[str] = []

        def keep(line: str) -> None:
            lines.append(line)
            self.on_line(line)

        with self._container(image, env) as container:
            done = self.client.stream("start", "--attach", container, what=f"run {image}", on_line=keep)
            state = self._state(container)
            self._copy_out(container, results_from, results_to)
        # A container that could not start has the engine's word (127) as its exit code; should the client
        # have failed on its own, its status counts.
        return ContainerExit(state.exit_code or done.status, "\n".join(lines), state.oom_killed)

    def push(self, tag: str, ref: Ref) -> Digest:
        """Push the engine's image under another name; gives the digest that the registry recorded.

        An upload that broke off is begun anew; the engine leaves out what has arrived.

        :raises FlowError: UNAVAILABLE when the registry does not answer; TOOL_FAILED when it refuses.
        """
        what = f"push {tag} as {ref}"
        self.client.checked(self.client.call("tag", tag, str(ref), what=what), what)
        again = Retrying(
            retry=retry_if_result(lambda done: done.status != 0 and _BROKE_OFF in done.stderr),
            stop=stop_after_attempt(_UPLOADS),
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )
        done = self.client.checked(again(lambda: self.client.call("push", str(ref), what=what)), what)
        found = _PUSHED.findall(done.stdout)
        if not found:
            tail = done.stdout.splitlines()[-5:]
            raise FlowError(what, "the engine named no digest", code=ExitCode.TOOL_FAILED, details=tail)
        return Digest(found[-1])

    def save(self, image: str, archive: Path) -> None:
        """Write an image of the engine to an archive (tar), as `docker image save` does.

        :raises FlowError: UNAVAILABLE; TOOL_FAILED when there is no such image, or no room.
        """
        what = f"save {image}"
        self.client.checked(
            self.client.call("image", "save", "--output", str(archive), image, what=what), what
        )

    def _buildx(self, options: Sequence[str], request: BuildRequest, what: str) -> Completed:
        words = ("build", *options, request.context)
        return self.client.buildx(*words, what=what, on_line=self.on_line, env=METADATA_SETTINGS)

    @contextmanager
    def _container(self, image: str, env: Mapping[str, str]) -> Iterator[str]:
        # Named by us, so that it can be removed even if an interruption came before the engine's answer.
        container = f"build-tasks-run-{uuid4().hex[:12]}"
        options = [f"--name={container}", "--pull=never", f"--label={RUN_LABEL}={self.run_id}"]
        options += [f"--env={name}" for name in env]
        what = f"create a container of {image}"
        try:
            done = self.client.call("create", *options, image, what=what, env=env, uninterrupted=True)
            self.client.checked(done, what)
            yield container
        finally:
            self._remove(container, image)

    def _remove(self, container: str, image: str) -> None:
        with suppress(FlowError):  # why the engine does not answer has been told by what came before
            words = ("rm", "--force", "--volumes", container)
            self.client.call(*words, what=f"remove the container of {image}", uninterrupted=True)

    def _state(self, container: str) -> _State:
        what = "see how the container ended"
        done = self.client.call("container", "inspect", "--format={{json .State}}", container, what=what)
        return msgspec.json.decode(self.client.checked(done, what).stdout, type=_State)

    def _copy_out(self, container: str, folder: str, to: Path) -> None:
        what = f"copy {folder} out of the container"
        done = self.client.call("cp", f"{container}:{folder.rstrip('/')}/.", str(to), what=what)
        if done.status != 0 and not any(text in done.stderr.lower() for text in _NO_FOLDER):
            raise self.client.failure(done, what)
