"""Plans for several services at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.plan import Action, Plan, Verb


def chosen(only: str, services: Sequence[str], hints: Sequence[str] = ()) -> list[str]:
    """The services that ``--only a,b`` names, in their own order; all of them when it is empty.

    :param hints: what else may be meant by names that are no services.
    :raises FlowError: USAGE for names that are no services, all of them at once, and when nothing is left.
    """
    if not only:
        return list(services)
    named = [name.strip() for name in only.split(",") if name.strip()]
    unknown = [name for name in dict.fromkeys(named) if name not in services]
    what = "read the command line"
    known = f"known: {', '.join(services)}"
    if unknown:
        close = [match for name in unknown for match in get_close_matches(name, services, 1)]
        meant = f"did you mean {', '.join(dict.fromkeys(close))}? {known}" if close else known
        fix = "; ".join(hints) or meant
        why = f"there is no service {', '.join(map(repr, unknown))}"
        raise FlowError(what, why, fix, code=ExitCode.USAGE)
    if not named:
        raise FlowError(what, f"--only {only!r} names no service", known, code=ExitCode.USAGE)
    return [name for name in services if name in named]


def plan_each(verb: Verb, names: Sequence[str], matching: str = "") -> dict[str, Plan]:
    """A plan for each service: one verb, asked for.

    :param matching: run only tests that match this expression.
    """
    because = f"inv all.{verb.value}"
    reason = f"asked for: only tests that match {matching!r}" if matching else "asked for"
    return {name: Plan(because, (Action(verb, name, reason),)) for name in names}


def apart(plan: Plan) -> dict[str, Plan]:
    """A plan as one plan for each service that it does something for, in the order of their first actions."""
    services = dict.fromkeys(action.service for action in plan.actions)
    return {
        name: Plan(plan.because, tuple(action for action in plan.actions if action.service == name))
        for name in services
    }


def narrowed(plan: Plan, names: Sequence[str]) -> Plan:
    """A plan without what it does for services that are not among ``names``."""
    left_out = [name for name in apart(plan) if name not in names]
    actions = tuple(action for action in plan.actions if action.service in names)
    return Plan(plan.because, actions, (*plan.skipped, *(f"{name}: not among --only" for name in left_out)))


def together(
    because: str, plans: Mapping[str, Plan], services: Sequence[str], left_out: str = "not among --only"
) -> Plan:
    """Plans of several services as one, for the reader.

    :param left_out: why services have no plan.
    """
    actions = tuple(action for plan in plans.values() for action in plan.actions)
    skipped = tuple(f"{name}: {left_out}" for name in services if name not in plans)
    return Plan(because, actions, skipped)
