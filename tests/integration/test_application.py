"""The services as one application: together in an environment, and tried from end to end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.conftest import Told

pytestmark = pytest.mark.timeout(900)

SERVICES = {"delivery", "dronescheduler", "ingestion", "package", "workflow"}


def test_the_working_tree_runs_in_dev(told: Told) -> None:
    told.root.must("app.deploy", "--env", "dev")
    verified = told.root.must("app.verify", "--env", "dev")
    assert "verify dronedelivery in dev" in verified.said
    live = {row["service"]: row["live"] for row in told.root.json("app.status")}
    assert {service for service, where in live.items() if where["dev"].startswith("v0.0.0-dev.")} == SERVICES


@pytest.fixture
def named(told: Told) -> Iterator[dict[str, str]]:
    """Staging is to run the versions that production runs."""
    live = {row["service"]: row["live"]["prod"] for row in told.root.json("app.status")}
    file = told.root.folder / "versions" / "staging.toml"
    file.parent.mkdir()
    file.write_text("".join(f'{service} = "{version}"\n' for service, version in live.items()))
    yield live
    file.unlink()
    file.parent.rmdir()


def test_an_environment_runs_the_versions_that_its_file_names(told: Told, named: dict[str, str]) -> None:
    assert set(named) == SERVICES
    told.root.must("app.deploy", "--env", "staging")
    told.root.must("app.verify", "--env", "staging")
    live = {row["service"]: row["live"]["staging"] for row in told.root.json("app.status")}
    assert live == named
    again = told.root.must("app.deploy", "--env", "staging")
    assert "its traffic goes there already" in again.said


def test_without_a_file_nothing_is_deployed(told: Told) -> None:
    refused = told.root.inv("app.deploy", "--env", "qa")
    assert refused.status == 2
    assert "there is no versions/qa.toml" in refused.err
