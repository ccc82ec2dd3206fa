"""New SSH keys, through `ssh-keygen`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from build_tasks.adapters.programs.process import Processes


@dataclass(frozen=True)
class SshKeys:
    """Implements :class:`build_tasks.ports.host.KeyMaker`.

    :param ssh_keygen: the program.
    """

    processes: Processes
    ssh_keygen: Path

    def new_key(self, file: Path, owner: str) -> str:
        """See the port. The private half comes last: where it is, everything is."""
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryDirectory(dir=file.parent, prefix=f".{file.name}.") as folder:
            made = Path(folder, "key")
            argv: list[str | Path] = [
                self.ssh_keygen,
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-C",
                owner,
                "-f",
                made,
            ]
            self.processes.run(argv, what=f"make a key for {owner}")
            public = made.with_suffix(".pub").replace(file.with_suffix(".pub"))
            made.replace(file)
        kind, key, *_ = public.read_text(encoding="utf-8").split()
        return f"{kind} {key}"
