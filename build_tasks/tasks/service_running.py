"""What runs: deploy, verify, switch, rollback, retire."""

from __future__ import annotations

from invoke import Context, Task

from build_tasks.tasks import words
from build_tasks.tasks.command import command
from build_tasks.tasks.session import Session, expected, version

_HELP = {"version": words.VERSION, "reason": words.REASON, "dry_run": words.DRY_RUN}
_IN_DEV = {"env": f"{words.ENV} (default: dev)"}
_IN_QA = {"env": f"{words.ENV} (default: qa)"}
_IN_PRODUCTION = {"env": f"{words.ENV} (default: production)"}


def tasks(session: Session, name: str) -> list[Task]:
    """The tasks of service ``name``."""
    return [
        _dev(session, name),
        _deploy(session, name),
        _verify(session, name),
        *_traffic(session, name),
        _retire(session, name),
    ]


def _deploy(session: Session, name: str) -> Task:
    @command(
        help={**_HELP, **_IN_DEV, "version": words.VERSION + " (default, in dev only: the working tree)"}
    )
    @session.boundary
    def deploy(
        context: Context, env: str = "dev", version: str = "", reason: str = "", dry_run: bool = False
    ) -> None:
        """Deploy a version beside those that run, and wait until it serves."""
        if version:
            _run(session, name, "deploy", env, version, reason, dry_run)
        else:
            _deploy_working_tree(session, name, env, reason, dry_run)

    return deploy


def _dev(session: Session, name: str) -> Task:
    @command(
        help={
            "port": "on this machine, where the service answers (default: 8080; a worker has none)",
            "attend": "forward the port and follow the logs until Ctrl-C (--no-attend: only deploy)",
            "dry_run": words.DRY_RUN,
        }
    )
    @session.boundary
    def dev(context: Context, port: int = 8080, attend: bool = True, dry_run: bool = False) -> None:
        """Deploy the working tree to dev, forward its port, follow its logs: the inner loop."""
        _deploy_working_tree(session, name, "dev", "", dry_run)
        if attend and not dry_run:
            from build_tasks.steps.delivery.inner_loop import attend as follow

            service, environment = session.service(name), session.environment("dev")
            follow(session.bench, service, environment, port, session.answers.show_line)

    return dev


def _verify(session: Session, name: str) -> Task:
    @command(help={**_IN_QA, "version": words.VERSION, "dry_run": words.DRY_RUN})
    @session.boundary
    def verify(context: Context, env: str = "qa", version: str = "", dry_run: bool = False) -> None:
        """Run its smoke test against a deployed version, in the cluster."""
        _run(session, name, "verify", env, version, "", dry_run)

    return verify


def _traffic(session: Session, name: str) -> list[Task]:
    def meant(env: str) -> str:
        return env or session.bench.settings.production.name

    @command(help={**_HELP, **_IN_PRODUCTION, "expect_active": words.EXPECT_ACTIVE})
    @session.boundary
    def switch(
        context: Context,
        env: str = "",
        version: str = "",
        expect_active: str = "",
        reason: str = "",
        dry_run: bool = False,
    ) -> None:
        """Move the traffic to a version that is deployed."""
        _run(session, name, "switch", meant(env), version, reason, dry_run, expect_active)

    before = "where to (default: the version that had the traffic before)"

    @command(help={**_HELP, **_IN_PRODUCTION, "version": before})
    @session.boundary
    def rollback(
        context: Context, env: str = "", version: str = "", reason: str = "rollback", dry_run: bool = False
    ) -> None:
        """Move the traffic back, in about a second."""
        _rollback(session, name, meant(env), version, reason, dry_run)

    return [switch, rollback]


def _retire(session: Session, name: str) -> Task:
    @command(help={**_IN_DEV, "dry_run": words.DRY_RUN})
    @session.boundary
    def retire(context: Context, env: str = "dev", dry_run: bool = False) -> None:
        """Remove versions beyond keep_versions."""
        _run(session, name, "retire", env, "", "", dry_run)

    return retire


def _run(
    session: Session,
    name: str,
    verb: str,
    env: str,
    wanted: str,
    reason: str,
    dry_run: bool,
    expect_active: str = "",
) -> None:
    from build_tasks.model.plan import Action, Plan, Verb

    session.service(name)
    session.environment(env)
    about = None if verb == "retire" else version(wanted)
    action = Action(Verb(verb), name, "asked for", about, env, expected(expect_active))
    session.run(Plan(f"inv {name}.{verb} --env {env}", (action,)), dry_run=dry_run, reason=reason)


def _deploy_working_tree(session: Session, name: str, env: str, reason: str, dry_run: bool) -> None:
    from build_tasks.model.plan import Plan
    from build_tasks.planning.plans.pipeline import working_tree
    from build_tasks.steps.delivery.working_tree import check_dev

    service, environment = session.service(name), session.environment(env)
    check_dev(service, environment)
    plan = Plan(f"inv {name}.deploy --env {env}: the working tree", tuple(working_tree(service, env)))
    session.run(plan, dry_run=dry_run, reason=reason or f"working tree at {session.head_reason()}")


def _rollback(session: Session, name: str, env: str, wanted: str, reason: str, dry_run: bool) -> None:
    from build_tasks.steps.delivery.traffic import rollback, rollback_target

    service, environment = session.service(name), session.environment(env)
    to = version(wanted) if wanted else None
    if dry_run:
        target, _ = rollback_target(session.bench, service, environment, to)
        why = "asked for" if wanted else f"it had the {service.share} before"
        session.answers.show_line(f"switch {name} in {env} to {target.tag}  ({why})")
        return
    target = rollback(session.bench, service, environment, to, reason)
    session.answers.show_line(f"{name} in {env}: the {service.share} goes to {target.tag}")
