"""New keys are private, and usable at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from build_tasks.adapters.programs.process import Processes
from build_tasks.adapters.signing.ssh import SshSigner
from build_tasks.adapters.signing.ssh_keys import SshKeys


def test_a_new_key_signs(tool: Callable[[str], Path], processes: Processes, tmp_path: Path) -> None:
    file = tmp_path / "state" / "builder"
    public = SshKeys(processes, tool("ssh-keygen")).new_key(file, "builder-local")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.with_suffix(".pub").read_text() == f"{public} builder-local\n"
    assert sorted(path.name for path in file.parent.iterdir()) == ["builder", "builder.pub"]
    signer = SshSigner(processes.without(lambda name: name.startswith("SSH_")), tool("ssh-keygen"))
    assert signer.public_half(file) == public
    assert signer.public_key(file).principal == "builder-local"
    signature = signer.sign(b"x", file, "evidence@build-tasks")
    allowed = f'ci namespaces="evidence@build-tasks" {public}'
    assert signer.verify(b"x", signature, allowed, "evidence@build-tasks").principal == "ci"
