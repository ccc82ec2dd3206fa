"""The registry's garbage: blobs that no image refers to any more."""

from __future__ import annotations

from build_tasks.errors import ExitCode, FlowError
from build_tasks.steps.platform.parts import PlatformParts
from build_tasks.steps.platform.waiting import until

#: The configuration inside the image; the data is where the container of the registry has it.
_CONFIG, _DATA = "/etc/distribution/config.yml", "/var/lib/registry"
_PATIENCE = 30.0


def registry_runs(parts: PlatformParts) -> bool:
    """Whether the instance's registry runs."""
    name = parts.instance.registry_container
    found = parts.objects.containers([name]).get(name)
    return found is not None and found.running


def collect_garbage(parts: PlatformParts) -> None:
    """Take the registry down, collect, and start it again.

    A collection beside a registry that takes pushes removes layers that were just uploaded
    (https://distribution.github.io/distribution/about/garbage-collection/); whoever pushes in these seconds
    is told that the registry does not answer, and pushes again. If this run is killed, `platform.up` starts
    the registry.
    """
    name = parts.instance.registry_container
    image = parts.objects.containers([name])[name].image
    with parts.reporter.step("collect the registry's garbage", "it is away for a few seconds"):
        try:
            parts.objects.stop(name)
            words = ("garbage-collect", _CONFIG)
            said = parts.objects.run_once(image, words, {parts.instance.registry_volume: _DATA})
            for line in said.splitlines():
                parts.reporter.detail(line)
        finally:
            parts.objects.start(name)
        url = f"http://{parts.instance.registry_host}/v2/"
        if not until(lambda: parts.host.http_ok(url), _PATIENCE, parts.clock):
            raise FlowError(
                "start the registry again",
                f"it does not answer on {url}",
                f"see `docker logs {name}`, then run `./inv platform.up`",
                code=ExitCode.UNAVAILABLE,
            )
