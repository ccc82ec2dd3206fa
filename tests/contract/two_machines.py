"""The same build on two machines that share nothing but a registry: which step ran where.

A program of its own, for namespaces of its own. One engine that is made to forget a build is no other
machine, and what else its builder forgets with that is the builder's business.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from build_tasks.adapters.docker.client import DockerClient, Engine
from build_tasks.adapters.docker.dockerd import EngineFolders, ManagedEngine
from build_tasks.adapters.docker.engine import DockerEngine
from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.model.images import BuildRequest, Ref
from tests.contract.fixtures_registry import configure, serving

#: Leaves what no second run of it would leave.
_DOCKERFILE = """\
FROM base AS runtime
RUN cat /proc/sys/kernel/random/uuid > /tmp/seen
ENTRYPOINT ["cat", "/tmp/seen"]
"""


def main(folder: Path, tools: Path, base: str, saved: Path) -> list[str]:
    """What the step left on the first machine, and on the second.

    :param folder: for everything, with a short path; made by the caller.
    :param tools: programs, ``ip``, ``registry`` and those of an engine among them.
    :param base: name of an image with ``cat``, which ``docker save`` saved to the file ``saved``.
    """
    processes = Processes(CommandLog(None))
    processes.run([tools / "ip", "link", "set", "lo", "up"])
    (folder / "registry").mkdir()
    host = configure(folder / "registry")
    asked, cache, seen = _request(folder, base), Ref(host, "cache", "main"), []
    with serving(tools / "registry", folder / "registry", host):
        for machine in ("first", "second"):
            with _machine(folder / machine, tools, processes) as client:
                loaded = client.call("load", "--input", str(saved), what="load the base image")
                client.checked(loaded, "load the base image")
                left = DockerEngine(client).build(replace(asked, cache_to=cache)).cache
                assert left is not None, "the builder kept a cache"
                # By its digest: what the tag means by then is of no account.
                asked, cache = replace(asked, cache_from=(cache.at(left),)), cache.tagged("another")
                found = client.call("run", "--rm", asked.tag, what="look")
                seen.append(client.checked(found, "look").stdout.strip())
    return seen


def _request(folder: Path, base: str) -> BuildRequest:
    dockerfile, context = folder / "Dockerfile", folder / "context"
    dockerfile.write_text(_DOCKERFILE)
    context.mkdir()
    contexts = {"base": f"docker-image://{base}"}
    return BuildRequest(str(context), str(dockerfile), "runtime", "seen:now", contexts=contexts)


@contextmanager
def _machine(folder: Path, tools: Path, processes: Processes) -> Iterator[DockerClient]:
    """A machine's engine, without anything in it."""
    engine = ManagedEngine(processes, EngineFolders(folder, folder / "data", tools))
    try:
        engine.start()
        yield DockerClient(processes, Engine(tools / "docker", tools / "docker-buildx", engine.host))
    finally:
        engine.stop()


if __name__ == "__main__":
    _folder, _tools, _base, _saved = sys.argv[1:]
    print(json.dumps(main(Path(_folder), Path(_tools), _base, Path(_saved))))  # noqa: T201 -- its answer
