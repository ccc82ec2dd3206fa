"""A configuration file cannot smuggle in what a terminal, a command line or a label would choke on."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.config.loading import load_services, load_settings
from build_tasks.config.scan_policy import read_scan_policy
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.instance import Instance
from tests.fakes.samples import settings

LEAST = 'name = "delivery"\nkind = "api"\n'
SETTINGS = """[tool.build_tasks]
application = "shop"
[tool.build_tasks.environments.prod]
cluster = "prod"
production = true
"""


def mistakes_in_service(root: Path, text: str) -> list[str]:
    file = root / "services/delivery/service.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FlowError) as refused:
        load_services(settings(root))
    assert refused.value.code is ExitCode.CONFIG
    return list(refused.value.details)


@pytest.mark.parametrize(
    ("owner", "shown"),
    [
        (r"a\u0000b", r"'a\x00b'"),
        (r"\u001b[31mred", r"'\x1b[31mred'"),
        (r"\u009b31mred", r"'\x9b31mred'"),
        (r"bell\u0007", r"'bell\x07'"),
        (r"back\rforth", r"'back\rforth'"),
    ],
)
def test_control_characters(tmp_path: Path, owner: str, shown: str) -> None:
    place = "services/delivery/service.toml:3: owner"
    assert mistakes_in_service(tmp_path, f'{LEAST}owner = "{owner}"\n') == [
        f"{place}: a control character in {shown}"
    ]


def test_they_are_found_however_deep(tmp_path: Path) -> None:
    text = f'{LEAST}owner = "o"\ninputs = ["a", "b\\u0001"]\n[switch]\ndrain_path = "/drain\\n"\n'
    place = "services/delivery/service.toml"
    assert mistakes_in_service(tmp_path, text) == [
        f"{place}:4: inputs.1: a control character in 'b\\x01'",
        f"{place}:6: switch.drain_path: a line break at the end of '/drain\\n'",
    ]


def test_settings(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(f'{SETTINGS}namespace = "backend\\n"\n', encoding="utf-8")
    with pytest.raises(FlowError) as refused:
        load_settings(tmp_path, Instance("local", tmp_path))
    [mistake] = refused.value.details
    assert mistake.endswith("a line break at the end of 'backend\\n'")
    assert mistake.startswith("pyproject.toml:6: tool.build_tasks.environments.prod.namespace")


def test_what_other_tools_keep_in_the_same_file_is_theirs(tmp_path: Path) -> None:
    other = f'[tool.other]\nprompt = "\\u001b[31m"\n{SETTINGS}namespace = "backend"\n'
    (tmp_path / "pyproject.toml").write_text(other, encoding="utf-8")
    assert load_settings(tmp_path, Instance("local", tmp_path)).application == "shop"


EXCEPTION = """[[exceptions]]
id = "CVE-2026-1"
owner = "shipping"
expires = 2026-12-01
reason = {reason}
"""


def test_a_policy_s_reason_may_have_several_lines() -> None:
    lines = '"""\nNot reachable:\nit is never called.\n"""'
    [exception] = read_scan_policy(EXCEPTION.format(reason=lines), "policy/scan.toml").exceptions
    assert exception.reason.startswith("Not reachable:")


def test_but_no_escape_sequence() -> None:
    with pytest.raises(FlowError) as refused:
        read_scan_policy(EXCEPTION.format(reason=r'"\u001b[8m"'), "policy/scan.toml")
    assert refused.value.details == (
        "policy/scan.toml:5: exceptions.0.reason: a control character in '\\x1b[8m'",
    )
