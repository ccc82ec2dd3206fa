"""Plans of promotions in files."""

from __future__ import annotations

from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.promotion import PromotionPlan
from build_tasks.planning.delivery.promotion_plans import is_plan, read_plan, write_plan
from build_tasks.steps.whole_files import write_whole


def check_free(file: Path) -> None:
    """There is a folder for it, and nothing but an older plan is in the way.

    :raises FlowError: CONFLICT, USAGE.
    """
    try:
        taken = file.exists() and not is_plan(file.read_bytes())
    except OSError as error:
        raise _refused("write", file, error.strerror or str(error)) from None
    if not file.parent.is_dir():
        raise _refused("write", file, f"there is no folder {file.parent}")
    if taken:
        fix = "name another file, or remove it"
        raise FlowError(f"write the plan {file}", "it is there and is no plan", fix, code=ExitCode.CONFLICT)


def write(file: Path, plan: PromotionPlan) -> None:
    """Write a plan, also over an older one, which stays as it was if that fails.

    :raises FlowError: CONFLICT, USAGE.
    """
    check_free(file)
    try:
        write_whole(file, write_plan(plan))
    except OSError as error:
        raise _refused("write", file, error.strerror or str(error)) from None


def read(file: Path, service: str, version: str) -> PromotionPlan:
    """Read a plan that is about a service and, if one is given, a version.

    :raises FlowError: USAGE.
    """
    try:
        plan = read_plan(file.read_bytes())
    except OSError as error:
        raise _refused("read", file, error.strerror or str(error)) from None
    except ValueError as error:
        raise _refused("read", file, str(error)) from None
    if plan.service != service or version not in ("", str(plan.version)):
        about = f"it is about {plan.service} {plan.version.tag}"
        fix = f"./inv {plan.service}.promote --apply {file}"
        raise FlowError(f"read the plan {file}", about, fix, code=ExitCode.USAGE)
    return plan


def _refused(verb: str, file: Path, why: str) -> FlowError:
    fix = "name a file that `promote --plan` wrote" if verb == "read" else "name another file"
    return FlowError(f"{verb} the plan {file}", why, fix, code=ExitCode.USAGE)
