"""Packaging: the chart is checked for every environment it goes to, before it becomes an archive."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import Ref
from build_tasks.steps.package import overlay, package, values_for
from tests.fakes.samples import digest, environment, v
from tests.unit.planning.manifests import POD, deployment, labels
from tests.unit.steps.shop import Shop, conforming

IMAGE = Ref("r", "delivery").at(digest("a"))


def archive_of(folder: Path, files: Mapping[str, bytes]) -> Path:
    path = folder / "chart.tgz"
    with tarfile.open(path, "w:gz") as tar:
        for name, data in files.items():
            header = tarfile.TarInfo(f"delivery/{name}")
            header.size = len(data)
            tar.addfile(header, io.BytesIO(data))
    return path


def refused(shop: Shop) -> FlowError:
    with pytest.raises(FlowError) as error:
        package(shop.bench, shop.service, v("1.0.2"))
    assert error.value.code is ExitCode.CHART_REFUSED
    return error.value


def test_the_archive_bears_the_version(shop: Shop) -> None:
    archive = package(shop.bench, shop.service, v("1.0.2"))
    assert archive.name == "delivery-1.0.2.tgz"
    assert archive.is_relative_to(shop.root / ".build")


def test_every_environment_is_checked_with_its_own_values(shop: Shop) -> None:
    package(shop.bench, shop.service, v("1.0.2"))
    linted = [values for _, values in shop.charts.linted]
    assert [values.get("replicas") for values in linted] == [None, 2, None]
    repositories = [values["image"]["repository"] for values in linted]  # type: ignore[index]  # a mapping
    assert repositories == ["delivery", "delivery", "prod/delivery"]


def test_a_convention_that_breaks_in_one_environment(shop: Shop) -> None:
    def render(chart: Path, release: str, namespace: str, values: Mapping[str, object]) -> str:
        if namespace != "qa":
            return conforming(chart, release, namespace, values)
        broken = deployment(release, "delivery:latest")
        return f"---\n# nothing here\n---\n{yaml.safe_dump(broken)}"

    shop.charts.render = render
    error = refused(shop)
    assert error.why == "the chart breaks the conventions (rendered for qa)"
    assert any("latest" in line for line in error.details)
    assert "services/delivery/chart/templates" in error.fix


def rendering(shop: Shop, *manifests: object) -> None:
    """From now on the chart makes these."""
    text = yaml.safe_dump_all(manifests)
    shop.charts.render = lambda chart, release, namespace, values: text


def test_the_smoke_test_s_pod_is_tried_without_its_service_account(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account is made by the same chart, so it is not there yet."""
    asked: list[str] = []

    def refusals(manifests: str) -> list[str]:
        asked.append(manifests)
        return []

    monkeypatch.setattr(shop.namespace("dev").workloads, "refusals", refusals)
    pod = {
        "kind": "Pod",
        "metadata": {"name": "delivery-v1-0-2-smoke", "labels": labels()},
        "spec": {**POD, "serviceAccountName": "delivery-v1-0-2"},
    }
    rendering(shop, pod, {**pod, "spec": None})
    package(shop.bench, shop.service, v("1.0.2"))
    sent = list(yaml.safe_load_all(asked[0]))
    assert [document["spec"] for document in sent] == [POD, {}]


def test_what_kubernetes_would_refuse(shop: Shop) -> None:
    def misspelt(chart: Path, release: str, namespace: str, values: Mapping[str, object]) -> str:
        return conforming(chart, release, namespace, values) + "replica: 2\n"

    shop.charts.render = misspelt
    error = refused(shop)
    assert "Kubernetes would refuse" in error.why
    assert error.details == ("(BadRequest): unknown field 'replica'",)


def test_a_service_without_a_chart(shop: Shop) -> None:
    shop.write({"services/delivery/chart/Chart.yaml": None})
    assert refused(shop).why == "services/delivery/chart/Chart.yaml is not there"


def test_a_chart_that_does_not_parse(shop: Shop) -> None:
    shop.write({"services/delivery/chart/Chart.yaml": "name: [\n"})
    assert "Chart.yaml" in refused(shop).why


def test_an_overlay_that_does_not_parse(shop: Shop) -> None:
    shop.write({"services/delivery/chart/values-qa.yaml": "replicas: [\n"})
    assert refused(shop).what == "read the chart's values-qa.yaml"


@pytest.mark.parametrize(
    ("text", "values"),
    [(b"a: 1\n", {"a": 1}), (b"", {}), (b"# nothing\n", {}), (b"{}", {})],
)
def test_overlays(tmp_path: Path, text: bytes, values: dict[str, object]) -> None:
    assert overlay(archive_of(tmp_path, {"values-qa.yaml": text}), "qa") == values


def test_no_overlay(tmp_path: Path) -> None:
    files = {"values.yaml": b"a: 1", "sub/values-qa.yaml": b"b: 1", "values-qa-2.yaml": b"c: 1"}
    assert overlay(archive_of(tmp_path, files), "qa") == {}


@pytest.mark.parametrize(
    "text", [b"- a\n", b"7\n", b"a: [\n", b"\xff\xfe\x00\n", b"a: !!python/object:os.system {}\n"]
)
def test_overlays_that_are_none(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(FlowError) as refused:
        overlay(archive_of(tmp_path, {"values-qa.yaml": text}), "qa")
    assert refused.value.code is ExitCode.CHART_REFUSED


def test_the_image_is_the_flow_s_and_the_rest_the_chart_s(tmp_path: Path) -> None:
    text = b"replicas: 2\nreason: none\nimage: {pullPolicy: Always, digest: none, tag: latest}\n"
    archive = archive_of(tmp_path, {"values-qa.yaml": text})
    assert values_for(archive, environment("qa"), IMAGE, "a change", "v1.0.2") == {
        "replicas": 2,
        "reason": "a change",
        "image": {
            "pullPolicy": "Always",
            "registry": "r",
            "repository": "delivery",
            "tag": "v1.0.2",
            "digest": str(digest("a")),
        },
    }
