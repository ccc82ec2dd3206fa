"""What was approved is what is promoted, whoever replaced something since; and clocks may be wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode
from build_tasks.model.instance import Instance
from tests.integration.conftest import Terminal, Told, Typed
from tests.integration.gameday import Gameday
from tests.integration.releasing import SERVICE, Approved, live

pytestmark = pytest.mark.timeout(900)
#: `inv` on a machine whose clock is off by so many hours.
_CLOCK = """
import sys
from datetime import timedelta
from build_tasks.wiring.flow import SystemClock
from build_tasks.tasks.program import InvProgram

right, hours = SystemClock.now, float(sys.argv.pop(1))
SystemClock.now = lambda self: right(self) + timedelta(hours=hours)
InvProgram().run()
"""


def oras(*words: str) -> str:
    program = Path(os.environ["BUILD_TASKS_TOOLS"], "oras")
    done = subprocess.run([program, *words, "--plain-http"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@contextmanager
def moved(repository: str, tag: str, to: str) -> Iterator[None]:
    """A tag of the registry is made to mean what another one means, and put back."""
    at = f"{Instance.of(os.environ).registry_host}/{repository}"
    before, other = (oras("resolve", f"{at}:{one}") for one in (tag, to))
    assert before != other, "it would change nothing"
    oras("tag", f"{at}@{other}", tag)
    try:
        yield
    finally:
        oras("tag", f"{at}@{before}", tag)


def refused_and_nothing_changed(approved: Approved, gameday: Gameday, case: str) -> None:
    """The promotion is refused, and production is as it was."""
    before = approved.agent.json(f"{SERVICE}.status", "--env", "prod")
    typed = approved.agent.inv(*approved.promote())
    gameday.refused(case, typed, ExitCode.REFUSED, ExitCode.CONFLICT)
    assert "copy to" not in typed.said
    assert approved.agent.json(f"{SERVICE}.status", "--env", "prod") == before


def test_an_image_s_tag_is_moved_after_the_approval(approved: Approved, gameday: Gameday) -> None:
    case = "image replaced in the registry after the approval"
    with moved(SERVICE, f"v{approved.version}", "v0.1.0"):
        refused_and_nothing_changed(approved, gameday, case)
    gameday.converged(case, approved.agent.inv(*approved.promote()))


def test_a_chart_is_replaced_after_the_approval(approved: Approved, gameday: Gameday) -> None:
    case = "chart replaced in the registry after the approval"
    with moved(f"charts/{SERVICE}", approved.version, "0.1.0"):
        refused_and_nothing_changed(approved, gameday, case)
    gameday.converged(case, approved.agent.inv(*approved.promote()))


def test_what_is_in_prod_is_replaced(approved: Approved, gameday: Gameday) -> None:
    """Whoever writes there is told of, and nothing is overwritten."""
    case = "image replaced in production's part of the registry"
    gameday.converged(case, approved.agent.inv(*approved.promote()))
    with moved(f"prod/{SERVICE}", f"v{approved.version}", "v0.1.0"):
        typed = approved.agent.inv(*approved.promote())
        gameday.refused(case, typed, ExitCode.CONFLICT, says="nothing was overwritten")
    gameday.converged(case, approved.agent.inv(*approved.promote()))
    assert live(approved.agent, "prod") == approved.version


@pytest.mark.parametrize(
    ("hours", "says"), [(24 * 365, "expired on"), (-1, "issued in the future")], ids=["late", "an hour early"]
)
def test_a_clock_that_is_off(approved: Approved, gameday: Gameday, hours: float, says: str) -> None:
    """The gate says which times it compared; it never lets something in because it cannot tell."""
    case = f"clock {hours:+g} h (expiry of approvals)"
    typed = at_another_time(approved.agent, hours, *approved.promote())
    gameday.refused(case, typed, ExitCode.REFUSED, says=says)


def test_a_clock_that_is_an_hour_late(approved: Approved, gameday: Gameday) -> None:
    """Within the time that an approval counts; the Lease that is held does not depend on it."""
    typed = at_another_time(approved.agent, 1, *approved.promote())
    gameday.converged("clock +1 h (a promotion)", typed)


def at_another_time(agent: Terminal, hours: float, *words: str) -> Typed:
    argv = [sys.executable, "-P", "-c", _CLOCK, str(hours), "--search-root", str(agent.folder), *words]
    done = subprocess.run(argv, cwd=agent.folder, capture_output=True, text=True, check=False)
    return Typed(done.returncode, done.stdout, done.stderr)


def test_a_kubeconfig_that_points_elsewhere_is_not_deployed_to(
    approved: Approved, gameday: Gameday, tmp_path: Path
) -> None:
    """No step of a deployment gets as far as writing: not even who would be at work is noted there."""
    elsewhere = approved.another_agent(tmp_path / "agent")
    file = elsewhere.folder / "pyproject.toml"
    qa = 'cluster = "devtest"\nnamespace = "qa"\n'
    text = file.read_text(encoding="utf-8")
    assert qa in text
    kubeconfig = Instance.of(os.environ).kubeconfig("prod")
    context = Instance.of(os.environ).context("qa")
    own = f'{qa}context = "{context}"\nkubeconfig = "{kubeconfig}"\n'
    file.write_text(text.replace(qa, own), encoding="utf-8")
    for task in ("deploy", "switch", "retire"):
        about = () if task == "retire" else ("--version", approved.version)
        typed = elsewhere.inv(f"{SERVICE}.{task}", "--env", "qa", *about)
        gameday.refused("kubeconfig of another cluster", typed, ExitCode.WRONG_CLUSTER)


def test_hostile_words_go_through_git_helm_and_kubernetes(
    told: Told, gameday: Gameday, tmp_path: Path
) -> None:
    """From the command line into Helm's record and the Deployment's annotation, and back to the terminal."""
    case, agent = "hostile input through the real tools", Terminal(tmp_path / "agent")
    told.root.git("clone", "--quiet", ".", str(agent.folder))
    # What dev has already is not deployed again, whatever the reason: the working tree is another one.
    file = agent.folder / "services/delivery/delivery/__init__.py"
    file.write_text(f"{file.read_text(encoding='utf-8')}# {tmp_path}\n", encoding="utf-8")
    hostile = "$(touch pwned) `id` '\"; \x1b[31mred\x1b]0;title\x07 \x9b2J\nsecond line {{ .Values }} %s"
    gameday.converged(case, agent.inv("delivery.deploy", "--env", "dev", "--reason", hostile))
    for words in (("history",), ("status",), ("history", "--json"), ("logs", "--tail", "5")):
        shown = agent.inv(f"delivery.{words[0]}", "--env", "dev", *words[1:])
        gameday.converged(case, shown)
        assert not set(shown.said) & set("\x1b\x07\x9b"), shown.said
    assert "second line" in agent.must("delivery.history", "--env", "dev").out
    assert not (agent.folder / "pwned").exists()
