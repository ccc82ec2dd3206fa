"""``platform.*``: the engine, the registry and the clusters of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke import Collection, Context, Exit, Task

from build_tasks.tasks import words
from build_tasks.tasks.command import command
from build_tasks.tasks.platform_account import account
from build_tasks.tasks.platform_pin import pin
from build_tasks.tasks.session import Session

if TYPE_CHECKING:
    from build_tasks.model.local_platform import CheckResult
    from build_tasks.model.pruning import PrunePlan, PruneRules

#: The build cache is cut down to this many bytes.
_CACHE_LIMIT = 20 * 1024**3


def collection(session: Session) -> Collection:
    """The collection ``platform``."""
    tasks = (_up, _tools, _down, _status, _doctor, _env, _prune, pin, account)
    return Collection("platform", *(task(session) for task in tasks))


def _up(session: Session) -> Task:
    @command(help={"recreate": "make anew what is out of date or broken; what runs on it is lost"})
    @session.boundary
    def up(context: Context, recreate: bool = False) -> None:
        """Bring up engine, tools, registry, clusters and environments; make only what is missing."""
        from build_tasks.steps.platform.up import up as bring_up

        bring_up(session.composition.platform.parts, recreate=recreate)

    return up


def _tools(session: Session) -> Task:
    @command()
    @session.boundary
    def tools(context: Context) -> None:
        """Bring the programs alone: for a CI agent whose registry and clusters are elsewhere."""
        from build_tasks.steps.platform.agent import Agent, bring_tools

        platform = session.composition.platform
        there = (platform.tools_folder / "kind").exists()
        tools = platform.provisioning.tools()
        record, updates = platform.record_tools, platform.take_updates
        agent = Agent(platform.engine_choice, there, tools, record, updates)
        bring_tools(agent, session.composition.reporter)

    return tools


def _down(session: Session) -> Task:
    @command()
    @session.boundary
    def down(context: Context) -> None:
        """Remove what platform.up made, and nothing else; the cache stays."""
        from build_tasks.steps.platform.down import down as take_down

        take_down(session.composition.platform.parts)

    return down


def _status(session: Session) -> Task:
    @command(help={"json": words.JSON})
    @session.boundary
    def status(context: Context, json: bool = False) -> None:
        """What there is of the platform, and what there should be."""
        from build_tasks.errors import ExitCode
        from build_tasks.steps.platform.status import status as look

        found = look(session.composition.platform.parts)
        if json:
            session.answers.show_json(found)
        else:
            rows = [[p.kind, p.name, p.state.value, p.actual, p.desired] for p in found.parts]
            columns = ["part", "name", "state", "is", "should be"]
            session.answers.show_table(columns, rows, title=f"instance {found.instance}")
            if not found.complete:
                session.answers.show_line("next: ./inv platform.up")
        if not found.complete:
            raise Exit(code=int(ExitCode.UNAVAILABLE))

    return status


def _doctor(session: Session) -> Task:
    @command(help={"json": words.JSON})
    @session.boundary
    def doctor(context: Context, json: bool = False) -> None:
        """Try what the platform must be able to do, and say what to do where it cannot."""
        from build_tasks.errors import ExitCode
        from build_tasks.model.local_platform import Verdict
        from build_tasks.steps.artifacts.scanner_check import check_scanners
        from build_tasks.steps.platform.doctor import doctor as examine

        found = examine(session.composition.platform.parts)
        found += check_scanners(session.bench.settings, session.bench.scanners)
        if json:
            session.answers.show_json(found)
        else:
            _show_checks(session, found)
        if any(check.verdict is Verdict.FAILED for check in found):
            raise Exit(code=int(ExitCode.UNAVAILABLE))

    return doctor


def _show_checks(session: Session, found: list[CheckResult]) -> None:
    rows = [[check.verdict.value, check.name, check.found] for check in found]
    session.answers.show_table(["", "tried", "found"], rows)
    for check in found:
        if check.fix:
            session.answers.show_line(f"{check.name}: {check.fix}")


def _env(session: Session) -> Task:
    @command()
    @session.boundary
    def env(context: Context) -> None:
        """Print lines for `eval "$(./inv platform.env)"`: docker, kubectl and helm reach the platform."""
        from build_tasks.steps.platform.environment_lines import env_lines

        platform = session.composition.platform
        for line in env_lines(platform.parts, platform.tools_folder):
            session.answers.show_line(line)

    return env


def _prune(session: Session) -> Task:
    explained = {
        "older_than": "what was made or last used longer ago goes: 12h, 7d, 2w (default: 7d)",
        "keep": "so many of the newest images of each service stay, however old (default: 3)",
        "dry_run": words.DRY_RUN,
        "json": words.JSON,
    }

    @command(help=explained)
    @session.boundary
    def prune(
        context: Context,
        older_than: str = "7d",
        keep: int = 3,
        dry_run: bool = False,
        json: bool = False,
    ) -> None:
        """Make room: old working trees and candidates, build cache, tools; versions and what runs stay."""
        from build_tasks.presentation.plain_text import room
        from build_tasks.steps.platform.prune import carry_out, plan_prune
        from build_tasks.wiring.pruning import prune_parts

        rules = _rules(older_than, keep)
        parts = prune_parts(session.composition.platform)
        plan = plan_prune(parts, rules)
        _show_plan(session, plan, json=json)
        if not dry_run:
            freed = carry_out(parts, plan, rules)
            parts.platform.reporter.note(f"freed {room(freed)}")

    return prune


def _rules(older_than: str, keep: int) -> PruneRules:
    from build_tasks.errors import ExitCode, FlowError
    from build_tasks.model.pruning import PruneRules
    from build_tasks.planning.platform.ages import parse_age

    try:
        if keep < 0:
            raise ValueError(f"--keep {keep}: less than nothing cannot be kept")
        return PruneRules(parse_age(older_than), keep, _CACHE_LIMIT)
    except ValueError as error:
        raise FlowError(
            "read the command line", str(error), "correct it, or leave it out", code=ExitCode.USAGE
        ) from None


def _show_plan(session: Session, plan: PrunePlan, *, json: bool) -> None:
    from build_tasks.presentation.plain_text import room

    if json:
        session.answers.show_json(plan)
        return
    rows = [[one.place.value, one.title, room(one.size), one.reason] for one in plan.leftovers]
    if rows:
        session.answers.show_table(["where", "what", "size", "why it can go"], rows)
    for skipped in plan.skipped:
        session.answers.show_line(f"left alone: {skipped}")
    session.answers.show_line(f"{len(rows)} to remove, {room(plan.size)}")
