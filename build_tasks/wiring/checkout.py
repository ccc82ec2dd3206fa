"""The adapters that saying what services are built from needs, and no others: it is asked often."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from build_tasks.adapters.git.repository import GitRepository
from build_tasks.config.loading import load_services, load_settings
from build_tasks.steps.checkout import Checkout

if TYPE_CHECKING:
    from build_tasks.wiring import Composition


def checkout(composition: Composition, root: Path) -> Checkout:
    """The services that a folder's files describe, and this repository's git.

    :raises FlowError: CONFIG for a wrong configuration.
    """
    own = root == composition.root
    settings = composition.settings if own else load_settings(root, composition.instance)
    git = GitRepository(composition.processes, composition.root, composition.tool("ssh-keygen"))
    return Checkout(settings, load_services(settings), git)
