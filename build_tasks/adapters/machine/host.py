"""This machine: limits, space, ports."""

from __future__ import annotations

import http.client
import shutil
import socket
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

_INOTIFY = Path("/proc/sys/fs/inotify/max_user_instances")
_CGROUPS = Path("/sys/fs/cgroup")
_PATIENCE = 5.0


class Machine:
    """Implements :class:`build_tasks.ports.host.Host`."""

    def inotify_instances(self) -> int:
        try:
            return int(_INOTIFY.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return -1

    def raise_inotify_instances(self, to: int) -> bool:
        try:
            _INOTIFY.write_text(f"{to}\n", encoding="ascii")
        except OSError:
            return False
        return self.inotify_instances() >= to

    def cgroup_version(self) -> int:
        if (_CGROUPS / "cgroup.controllers").exists():
            return 2
        return 1 if (_CGROUPS / "memory").exists() else 0

    def free_bytes(self, path: Path) -> int:
        existing = next(folder for folder in (path, *path.parents) if folder.exists())
        return shutil.disk_usage(existing).free

    def port_free(self, port: int) -> bool:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
        return True

    def http_ok(self, url: str) -> bool:
        return _request("GET", url)[0] == http.client.OK

    def may_upload(self, registry: str, repository: str) -> bool:
        """POST /v2/<name>/blobs/uploads/ of https://github.com/opencontainers/distribution-spec."""
        status, location = _request("POST", f"http://{registry}/v2/{repository}/blobs/uploads/")
        if status == http.client.ACCEPTED:
            _request("DELETE", urllib.parse.urljoin(f"http://{registry}", location))
        return status == http.client.ACCEPTED


def _request(method: str, url: str) -> tuple[int, str]:
    """Status and Location of an answer; status 0 without one. No proxy: what is asked is on this machine."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, method=method), timeout=_PATIENCE) as reply:
            return reply.status, reply.headers.get("Location", "")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, ""
    except (OSError, ValueError):
        return 0, ""
