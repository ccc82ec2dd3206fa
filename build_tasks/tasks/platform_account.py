"""``platform.account``."""

from __future__ import annotations

from invoke import Context, Task

from build_tasks.tasks import words
from build_tasks.tasks.command import command
from build_tasks.tasks.session import Session


def account(session: Session) -> Task:
    """The task."""
    explained = {
        "env": f"{words.ENV} (must be given)",
        "admin_context": "your kubeconfig's context of an administrator of that cluster (must be given)",
        "pull_login": "config.json with a registry login that the namespace's pods pull with",
        "days": "how long the account's token is to be good (default: 30)",
    }

    @command(help=explained)
    @session.boundary
    def account(
        context: Context, env: str = "", admin_context: str = "", pull_login: str = "", days: int = 30
    ) -> None:
        """Make an environment's namespace, account and kubeconfig on a cluster of your own."""
        from build_tasks.steps.platform.own_cluster import make_account
        from build_tasks.wiring.own_cluster import own_cluster

        own = own_cluster(session.composition, session.environment(env), admin_context, pull_login)
        make_account(own, hours=24 * days)

    return account
