"""Keys and signers: `ssh-keygen` in a folder, and the fake."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from build_tasks.adapters.programs.process import Processes
from build_tasks.adapters.signing.ssh import SshSigner
from build_tasks.ports.source import Signer
from tests.fakes.signer import FakeSigner


@dataclass(frozen=True)
class SigningLab:
    """A signer under test.

    :param new_key: makes a key of that file name and comment; gives its path and its public half.
    """

    signer: Signer
    new_key: Callable[[str, str], tuple[Path, str]]

    def key(self, name: str) -> tuple[Path, str]:
        return self.new_key(name, f"{name}@lab")


@pytest.fixture
def ssh_signing(tool: Callable[[str], Path], processes: Processes, tmp_path: Path) -> SigningLab:
    """`ssh-keygen` itself."""
    outside = processes.without(lambda name: name.startswith("SSH_"))

    def new_key(name: str, comment: str) -> tuple[Path, str]:
        path = tmp_path / "keys" / name
        path.parent.mkdir(exist_ok=True)
        outside.run([tool("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path])
        return path, path.with_name(f"{name}.pub").read_text().strip()

    return SigningLab(SshSigner(outside, tool("ssh-keygen")), new_key)


@pytest.fixture
def fake_signing(tmp_path: Path) -> SigningLab:
    """The fake."""
    signer = FakeSigner()

    def new_key(name: str, comment: str) -> tuple[Path, str]:
        return tmp_path / name, signer.add_key(tmp_path / name, comment)

    return SigningLab(signer, new_key)


@pytest.fixture(params=["ssh_signing", "fake_signing"])
def signing_lab(request: pytest.FixtureRequest) -> SigningLab:
    """Each in turn."""
    lab: SigningLab = request.getfixturevalue(request.param)
    return lab
