"""The working tree in dev: named by its content, upgraded in place."""

from __future__ import annotations

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.version import Version
from build_tasks.steps.artifacts.inputs import recipe
from build_tasks.steps.delivery.working_tree import deploy_working_tree
from tests.unit.steps.shop import LIBRARY, STANDS_ON_IT, Shop

NAME = "delivery-dev"


def deploy(shop: Shop) -> Version:
    return deploy_working_tree(shop.bench, shop.service, recipe(shop.bench, shop.service), shop.dev, "trying")


def test_it_runs_by_digest_from_a_repository_of_its_own(shop: Shop) -> None:
    version = deploy(shop)
    revision = shop.namespace("dev").releases.get(NAME)
    assert revision is not None and revision.app_version == str(version)
    assert version.is_working_tree
    image = revision.values["image"]
    assert isinstance(image, dict) and image["repository"] == "dev/delivery"
    [pushed] = shop.builder.pushed
    assert pushed == f"localhost:5001/dev/delivery:{version.tag}"
    assert image["digest"] == str(shop.builder.pushed[pushed])


def test_the_same_content_is_neither_pushed_nor_deployed_again(shop: Shop) -> None:
    assert deploy(shop) == deploy(shop)
    assert len(shop.builder.built) == 1
    assert len(shop.builder.pushed) == 1
    assert len(shop.namespace("dev").releases.history(NAME)) == 1


@pytest.mark.parametrize(
    "path",
    [
        "services/delivery/app.py",
        "services/shared/log.py",
        "services/delivery/chart/templates/deployment.yaml",
        "services/delivery/chart/values.yaml",
    ],
)
def test_every_change_is_another_version_of_the_same_release(shop: Shop, path: str) -> None:
    first = deploy(shop)
    shop.write({path: "# changed\n"})
    second = deploy(shop)
    assert first != second
    releases = shop.namespace("dev").releases
    assert [r.app_version for r in releases.history(NAME)] == [str(first), str(second)]
    assert len(releases.list()) == 1


def test_a_chart_that_the_chart_stands_on_is_part_of_the_version(shop: Shop) -> None:
    shop.write({**LIBRARY, **STANDS_ON_IT})
    first = deploy(shop)
    shop.write({"services/shared/chart/templates/_labels.tpl": "{{/* changed */}}\n"})
    assert deploy(shop) != first


def test_a_change_of_the_chart_builds_no_image(shop: Shop) -> None:
    deploy(shop)
    shop.write({"services/delivery/chart/values.yaml": "image: {pullPolicy: Always}\n"})
    deploy(shop)
    assert len(shop.builder.built) == 1


def test_what_is_elsewhere_changes_nothing(shop: Shop) -> None:
    first = deploy(shop)
    shop.write({"README.md": "other\n", "services/package/app.py": "new\n"})
    assert deploy(shop) == first


@pytest.mark.parametrize("name", ["qa", "prod"])
def test_nowhere_but_in_dev(shop: Shop, name: str) -> None:
    environment = shop.bench.settings.environments[name]
    with pytest.raises(FlowError) as refused:
        deploy_working_tree(shop.bench, shop.service, recipe(shop.bench, shop.service), environment, "trying")
    assert refused.value.code is ExitCode.REFUSED
    assert "inv release.cut delivery --bump patch" in refused.value.fix
    assert shop.builder.built == []


def test_the_conventions_hold_in_dev_too(shop: Shop) -> None:
    shop.builder.users["final"] = ""
    with pytest.raises(FlowError) as refused:
        deploy(shop)
    assert refused.value.code is ExitCode.IMAGE_REFUSED
    assert shop.builder.pushed == {}
