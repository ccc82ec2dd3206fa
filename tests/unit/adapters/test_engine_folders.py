"""Where the managed engine may live."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.adapters.docker.dockerd import EngineFolders

_SOCKET = "/exec/containerd/containerd.sock.ttrpc"


@pytest.mark.parametrize("letter", ["a", "\u00e4"])
def test_containerd_takes_104_bytes_for_a_socket_s_path(letter: str) -> None:
    room = 104 - len("/") - len(_SOCKET)
    longest = Path("/" + letter * (room // len(letter.encode())))
    assert EngineFolders(longest, Path("/data"), Path("/tools")).run == longest
    with pytest.raises(ValueError, match="bytes too long for the sockets of containerd"):
        EngineFolders(Path(f"{longest}aa"), Path("/data"), Path("/tools"))
