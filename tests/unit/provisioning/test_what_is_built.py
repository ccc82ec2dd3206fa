"""Cilium takes minutes to compile: it is a tool only where NetworkPolicies are to hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.errors import ExitCode, FlowError
from build_tasks.wiring.provisioning import Provisioning
from tests.fakes.reporter import FakeReporter


def _provisioning(folder: Path, *, network_policies: bool) -> Provisioning:
    processes = Processes(CommandLog(None))
    return Provisioning(folder, processes, FakeReporter(), network_policies=network_policies)


def test_cilium_is_a_tool_where_policies_are_to_hold(tmp_path: Path) -> None:
    assert "cilium" in _provisioning(tmp_path, network_policies=True).tools().known


def test_cilium_is_unknown_where_they_are_not(tmp_path: Path) -> None:
    tools = _provisioning(tmp_path, network_policies=False).tools()
    assert "cilium" not in tools.known
    with pytest.raises(FlowError) as caught:
        tools(["cilium-agent"])
    assert caught.value.code is ExitCode.USAGE
