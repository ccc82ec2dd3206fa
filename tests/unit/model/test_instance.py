"""Names on the host derive from the instance's."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.model.instance import Instance


def test_the_default_instance() -> None:
    instance = Instance.of({"HOME": "/home/ann"})
    assert instance.name == "local"
    assert instance.folder == Path("/home/ann/.local/state/build-tasks/local")
    assert instance.registry_host == "localhost:5001"
    assert (instance.cluster_name("devtest"), instance.context("qa")) == ("local-devtest", "local-qa")


def test_the_environment_names_another() -> None:
    environ = {"HOME": "/h", "XDG_STATE_HOME": "/state", "BUILD_TASKS_INSTANCE": "check"}
    instance = Instance.of(environ)
    assert instance.kubeconfig("qa") == Path("/state/build-tasks/check/qa.kubeconfig")
    assert instance.labels == {"build-tasks.instance": "check"}


def test_a_relative_state_folder_does_not_count() -> None:
    # https://specifications.freedesktop.org/basedir-spec: relative paths are invalid and to be ignored.
    assert Instance.of({"HOME": "/h", "XDG_STATE_HOME": "state"}).state == Path("/h/.local/state/build-tasks")


@pytest.mark.parametrize("name", ["", "Local", "1st", "a_b", "a-", "-a", "a" * 21, "a.b", "ä"])
def test_refuses_names_that_no_host_can_have(name: str) -> None:
    with pytest.raises(ValueError, match="is not an instance name"):
        Instance(name, Path("/state"))


def test_two_instances_share_no_name() -> None:
    one, other = (Instance(name, Path("/state")) for name in ("local", "check"))
    for name in ("folder", "registry_host", "registry_container", "registry_volume", "labels"):
        assert getattr(one, name) != getattr(other, name)
    assert one.network_name("prod") != other.network_name("prod")
    assert one.node_container("prod") != other.node_container("prod")


@pytest.mark.parametrize("name", ["a", "check", "x" * 20, "another-one"])
def test_ports_stay_below_the_ephemeral_range(name: str) -> None:
    assert 15000 <= Instance(name, Path("/state")).registry_port < 25000


def test_a_node_host_name_stays_a_label() -> None:
    assert len(Instance("a" * 20, Path("/state")).node_container("c" * 20)) <= 63
