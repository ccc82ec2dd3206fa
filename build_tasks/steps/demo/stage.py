"""Where the demonstration plays: a scratch origin, a developer's clone, a CI agent's clone."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from build_tasks.errors import FlowError
from build_tasks.model.proofs import EVIDENCE_NAMESPACE
from build_tasks.ports.commands import Commands, Typed
from build_tasks.ports.reporting import Reporter

MANAGER, APPROVER = "rhea (release manager)", "amir (approver)"


@dataclass(frozen=True)
class Stage:
    """The folders and keys of a demonstration.

    :param root: the user's repository; nothing in it is changed.
    :param folder: everything else lies below it, and may be deleted.
    :param main: name of the main branch.
    :param took: each command that was typed, with its seconds.
    """

    root: Path
    folder: Path
    main: str
    commands: Commands
    reporter: Reporter
    took: list[tuple[str, float]] = field(default_factory=list)

    @property
    def origin(self) -> Path:
        return self.folder / "origin.git"

    @property
    def developer(self) -> Path:
        return self.folder / "developer"

    @property
    def agent(self) -> Path:
        return self.folder / "ci-agent"

    @property
    def manager_key(self) -> Path:
        return self.folder / "keys" / "rhea"

    @property
    def approver_key(self) -> Path:
        return self.folder / "keys" / "amir"

    def set_up(self, allowed_signers: str, builder: str) -> None:
        """Clone the user's last commit, twice, and let main name who may sign: two people and a builder.

        :param allowed_signers: path of that file in the repository.
        :param builder: public half of the key that this machine's builder signs evidence with.
        """
        shutil.rmtree(self.folder, ignore_errors=True)
        self.manager_key.parent.mkdir(parents=True, mode=0o700)
        self.git(self.root, "clone", "--quiet", "--bare", ".", str(self.origin))
        head = self.git(self.root, "rev-parse", "HEAD").lines[0]
        self.git(self.origin, "update-ref", f"refs/heads/{self.main}", head)
        self.git(self.origin, "symbolic-ref", "HEAD", f"refs/heads/{self.main}")
        for clone in (self.developer, self.agent):
            self.clone(clone.name)
            self.git(clone, "checkout", "--quiet", "-B", self.main, f"origin/{self.main}")
        self._name_signers(self.developer / allowed_signers, builder)
        self.git(self.developer, "add", "--all")
        self.git(
            self.developer,
            "commit",
            "--quiet",
            "-m",
            "Name who may cut and approve releases, and whose builds count",
        )
        self.git(self.developer, "push", "--quiet", "origin", self.main)

    def clone(self, name: str) -> Path:
        """A new clone of the origin."""
        folder = self.folder / name
        self.git(self.folder, "clone", "--quiet", str(self.origin), str(folder))
        return folder

    def inv(self, folder: Path, *words: str, who: str) -> Typed:
        """Type an ``inv`` command and show what it says; its status is the caller's business.

        :param who: who types it, for the reader.
        """
        command = "inv " + " ".join(words)
        with self.reporter.step(f"$ {self._shown(command)}", who):
            typed = self.commands.inv(folder, words, lambda line: self.reporter.note(self._shown(line)))
            if typed.status != 0:
                self.reporter.note(f"(exit status {typed.status})")
        self.took.append((self._shown(command), typed.seconds))
        return typed

    def must(self, folder: Path, *words: str, who: str) -> Typed:
        """As :meth:`inv`; a command that fails ends the demonstration.

        :raises FlowError: it failed.
        """
        typed = self.inv(folder, *words, who=who)
        if typed.status != 0:
            raise FlowError(
                f"demonstrate `{self._shown(typed.command)}`",
                f"it ended with status {typed.status}; its output is above",
                f"to look around: cd {folder}",
            )
        return typed

    def git(self, folder: Path, *words: str) -> Typed:
        """Run a git command.

        :raises FlowError: it failed.
        """
        typed = self.commands.git(folder, words)
        if typed.status != 0:
            raise FlowError(f"run {typed.command}", "git refused", details=typed.lines[-10:])
        return typed

    def say(self, command: str) -> None:
        """Show a git command that was typed."""
        self.reporter.note(f"$ {command}")

    def _name_signers(self, file: Path, builder: str) -> None:
        manager = self.commands.new_key(self.manager_key, "rhea")
        approver = self.commands.new_key(self.approver_key, "amir")
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = [
            f'rhea namespaces="git,approval@build-tasks" {manager}',
            f'amir namespaces="git,approval@build-tasks" {approver}',
            f'ci namespaces="{EVIDENCE_NAMESPACE}" {builder}',
        ]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _shown(self, text: str) -> str:
        return text.replace(f"{self.folder}/keys/", "~/.ssh/").replace(str(self.folder), "~")
