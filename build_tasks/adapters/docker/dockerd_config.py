"""How the managed dockerd is set up."""

from __future__ import annotations

from pathlib import Path


def daemon_config(tools: Path) -> dict[str, object]:
    """dockerd's configuration, https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file."""
    config: dict[str, object] = {
        "userland-proxy-path": str(tools / "docker-proxy"),
        "runtimes": {"build-tasks-runc": {"path": str(tools / "runc")}},
        "default-runtime": "build-tasks-runc",
        "log-driver": "json-file",
        "log-opts": {"max-size": "10m", "max-file": "2"},
    }
    mtu = _uplink_mtu()
    if mtu < 1500:
        # A container that sends larger packets than the uplink takes relies on path MTU discovery.
        config |= {
            "mtu": mtu,
            "default-network-opts": {"bridge": {"com.docker.network.driver.mtu": str(mtu)}},
        }
    return config


def _uplink_mtu() -> int:
    """MTU in bytes of the interface of the IPv4 default route; 1500 when there is none."""
    try:
        table = Path("/proc/net/route").read_text(encoding="ascii")
        routes = [line.split() for line in table.splitlines()[1:]]
        uplink = next(words[0] for words in routes if words[1] == "00000000")
        return int(Path(f"/sys/class/net/{uplink}/mtu").read_text(encoding="ascii"))
    except (OSError, ValueError, StopIteration):
        return 1500
