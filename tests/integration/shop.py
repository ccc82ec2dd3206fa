"""The small repository that has never heard of us (``bookshop``), and what its people do with it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from build_tasks.model.instance import Instance
from tests.integration.conftest import ROOT, Terminal

BOOKSHOP = Path(__file__).with_name("bookshop")


def open_shop(shop: Terminal) -> None:
    """A repository with the shop as it was."""
    shutil.copytree(BOOKSHOP, shop.folder)
    (shop.folder / ".gitignore").write_text("/.venv/\n/.venv.lock\n/.build/\n__pycache__/\n")
    shop.git("init", "--quiet", "--initial-branch", "trunk")
    commit(shop, "The shop as it was")


def commit(shop: Terminal, what: str) -> None:
    shop.git("add", "--all")
    shop.git("commit", "--quiet", "-m", what)


def commit_policies(shop: Terminal, keys: Path) -> None:
    """rhea and amir may cut and approve, the platform's builder is believed.

    :param keys: folder that gets their private keys, named after them.
    """
    people = {who: _new_key(keys / who) for who in ("rhea", "amir")}
    builder = Instance.of(os.environ).builder_key.with_suffix(".pub").read_text().strip()
    lines = [f'{who} namespaces="git,approval@build-tasks" {key}' for who, key in people.items()]
    (shop.folder / "policy").mkdir()
    signers = shop.folder / "policy" / "allowed_signers"
    signers.write_text("\n".join([*lines, f'ci namespaces="evidence@build-tasks" {builder}', ""]))
    shutil.copy(ROOT / "policy" / "scan.toml", signers.with_name("scan.toml"))
    commit(shop, "The policies")


def release(shop: Terminal, version: str, keys: Path) -> None:
    """Main's pipeline, a cut, QA, an approval and a promotion."""
    shop.must("ci.run", "--event", "manual")
    shop.must("release.cut", "catalogue", "--version", version, "--key", str(keys / "rhea"))
    shop.git("checkout", "--quiet", f"release/catalogue/v{version}")
    shop.must("ci.run")
    shop.must("catalogue.approve", "--version", version, "--key", str(keys / "amir"))
    shop.must("catalogue.promote", "--version", version)


def _new_key(file: Path) -> str:
    """Make a key pair; gives the public half."""
    argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", file.name, "-f", str(file)]
    subprocess.run(argv, check=True)
    return file.with_suffix(".pub").read_text().strip()
