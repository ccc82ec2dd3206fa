"""Releases of one service that the faults are tried on; the story's own is left as the story leaves it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from tests.integration.accounts import Account
from tests.integration.conftest import Terminal, Told

SERVICE = "dronescheduler"
#: A file that it is built from.
_FILE = f"services/{SERVICE}/cmd/{SERVICE}/main.go"
LEASE = f"build-tasks-{SERVICE}"
#: What main's pipeline does after a merge; of one service, whose steps are shown as they begin.
TO_MAIN = ("ci.run", "--event", "push", "--branch", "main", "--base", "HEAD~1")


def new_agent(told: Told, folder: Path) -> Terminal:
    """Another machine's clone of main: no results, nothing kept."""
    told.developer.git("clone", "--quiet", str(told.stage / "origin.git"), str(folder))
    return Terminal(folder)


def merge_a_change(told: Told, subject: str = "fix: a change to try faults on") -> None:
    """Main's tip is about another content of the service."""
    developer = told.developer
    developer.git("checkout", "--quiet", "main")
    file = developer.folder / _FILE
    file.write_text(file.read_text(encoding="utf-8") + f"\n// {uuid4().hex}\n", encoding="utf-8")
    developer.git("commit", "--quiet", "--all", "-m", subject)
    developer.git("push", "--quiet", "origin", "main")


def on_main(agent: Terminal) -> None:
    agent.git("fetch", "--quiet", "--tags", "origin")
    agent.git("checkout", "--quiet", "-B", "main", "origin/main")


def cut(told: Told, agent: Terminal) -> str:
    """The next version, with the agent on its branch; gives it without the v."""
    told.developer.must("release.cut", SERVICE, "--bump", "patch", "--key", told.key("rhea"), "--push")
    agent.git("fetch", "--quiet", "--tags", "origin")
    branches = agent.git("branch", "--remotes", "--list", f"origin/release/{SERVICE}/*").split()
    versions = [name.rpartition("/v")[2] for name in branches]
    newest = max(versions, key=lambda version: [int(part) for part in version.split(".")])
    agent.git(
        "checkout", "--quiet", "-B", f"release/{SERVICE}/v{newest}", f"origin/release/{SERVICE}/v{newest}"
    )
    return newest


def approve(told: Told, version: str) -> None:
    told.developer.must(f"{SERVICE}.approve", "--version", version, "--key", told.key("amir"))


def live(terminal: Terminal, environment: str) -> str:
    """The live version, without the v; all its pods are ready."""
    rows = terminal.json(f"{SERVICE}.status", "--env", environment)
    [row] = [row for row in rows if row["live"]]
    ready, _, wanted = row["ready"].partition("/")
    assert ready == wanted, rows
    return str(row["version"]).removeprefix("v")


def nobody_holds_it(environment: str) -> bool:
    done = Account.deployer(environment).kubectl("get", "lease", LEASE)
    return done.returncode != 0 and "NotFound" in done.stderr


@dataclass(frozen=True)
class Approved:
    """A version that waits to be promoted.

    :param agent: a clone on its release branch, for the tests to copy or to use as it is.
    """

    told: Told
    agent: Terminal
    version: str

    def promote(self) -> tuple[str, ...]:
        """The words that do it; in any order of the tests, whatever was promoted before."""
        return (f"{SERVICE}.promote", "--version", self.version, "--downgrade")

    def another_agent(self, folder: Path) -> Terminal:
        shutil.copytree(self.agent.folder, folder, symlinks=True, ignore=shutil.ignore_patterns(".build"))
        return Terminal(folder)


def release_for_approval(told: Told, folder: Path) -> Approved:
    """A version in QA with an approval for production, built anew on this machine."""
    agent = new_agent(told, folder)
    merge_a_change(told)
    on_main(agent)
    agent.must(*TO_MAIN)
    version = cut(told, agent)
    agent.must("ci.run")
    approve(told, version)
    return Approved(told, agent, version)
