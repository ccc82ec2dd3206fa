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
from build_tasks.steps.artifacts.package import overlay, package, values_for
from tests.fakes.samples import digest, environment, v
from tests.unit.planning.manifests import deployment, smoke_test
from tests.unit.steps.shop import LIBRARY, STANDS_ON_IT, Shop, conforming

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
    linted = [values for _, values in shop.charts.linted]  # side by side, so in any order
    found = [
        (values["image"]["repository"], values.get("replicas", 0))  # type: ignore[index]  # a mapping
        for values in linted
    ]
    assert sorted(found) == [("delivery", 0), ("delivery", 2), ("prod/delivery", 0)]


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


def test_a_broken_convention_is_told_with_its_place(shop: Shop) -> None:
    """The template takes the limits from the values, where they are missing."""
    deployed = deployment("delivery-v1-0-2")
    del deployed["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"]
    template = """kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: fabrikam-delivery
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
"""
    shop.write(
        {
            "services/delivery/chart/templates/deployment.yaml": template,
            "services/delivery/chart/values.yaml": "resources:\n  limits:\n    memory: 1Gi\n",
        }
    )
    source = "# Source: delivery/templates/deployment.yaml\n"
    rest = yaml.safe_dump(smoke_test("delivery-v1-0-2"))
    shop.charts.render = lambda *_: f"---\n{source}{yaml.safe_dump(deployed)}---\n{rest}"
    error = refused(shop)
    assert error.why == "the chart breaks the conventions (rendered for dev, qa, prod)"
    assert error.details == (
        "services/delivery/chart/values.yaml:2: Deployment/delivery-v1-0-2: container fabrikam-delivery: "
        "resources.limits.cpu is missing (used by services/delivery/chart/templates/deployment.yaml:1)",
    )


def test_what_is_missing_of_the_chart_s_own_files_comes_with_the_rest(shop: Shop) -> None:
    shop.write({"services/delivery/chart/values.schema.json": None})
    shop.write({"services/delivery/chart/values-prod.yaml": None})
    error = refused(shop)
    assert error.why == "the chart breaks the conventions"
    assert [line.partition(": ")[0] for line in error.details] == [
        "services/delivery/chart/values.schema.json",
        "services/delivery/chart/values-prod.yaml",
    ]


def test_what_helm_finds_is_told_with_the_repository_s_files(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lint(chart: Path, values: Mapping[str, object]) -> None:
        details = ["[ERROR] templates/x.yaml: no"]
        raise FlowError(
            "lint",
            "[ERROR] values.yaml: - at '/replicas': not so",
            code=ExitCode.CHART_REFUSED,
            details=details,
        )

    shop.write({"services/delivery/chart/values-dev.yaml": "# Two.\nreplicas: 2\n"})
    monkeypatch.setattr(shop.charts, "lint", lint)
    error = refused(shop)
    assert error.why == "services/delivery/chart/values-dev.yaml:2: replicas: not so"
    assert error.details == ("[ERROR] services/delivery/chart/templates/x.yaml: no",)


def test_the_archive_holds_the_charts_that_the_chart_stands_on(shop: Shop) -> None:
    shop.write({**LIBRARY, **STANDS_ON_IT})
    with tarfile.open(package(shop.bench, shop.service, v("1.0.2"))) as tar:
        assert "delivery/charts/microservice/templates/_labels.tpl" in tar.getnames()


def test_a_dependency_that_is_not_in_the_repository(shop: Shop) -> None:
    shop.write(STANDS_ON_IT)
    error = refused(shop)
    assert error.why.startswith(
        "services/delivery/chart/Chart.yaml:4: dependency microservice: there is no chart"
    )


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
    pod = smoke_test("delivery-v1-0-2")
    pod["spec"]["serviceAccountName"] = "delivery-v1-0-2"
    rendering(shop, pod, {**pod, "spec": None})
    package(shop.bench, shop.service, v("1.0.2"))
    sent = list(yaml.safe_load_all(asked[0]))
    assert [document["spec"] for document in sent] == [smoke_test()["spec"], {}]


def test_what_all_environments_get_alike_is_tried_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refusals(manifests: str) -> list[str]:
        asked.append(manifests)
        return []

    monkeypatch.setattr(shop.namespace("dev").workloads, "refusals", refusals)

    def render(chart: Path, release: str, namespace: str, values: Mapping[str, object]) -> str:
        deployment, *others = yaml.safe_load_all(conforming(chart, release, namespace, values))
        deployment["metadata"]["annotations"]["meant-for"] = namespace
        return str(yaml.safe_dump_all([deployment, *others]))

    shop.charts.render = render
    package(shop.bench, shop.service, v("1.0.2"))
    [sent] = [list(yaml.safe_load_all(text)) for text in asked]
    kinds = [document["kind"] for document in sent]
    # Three Deployments, each another one; the test's pod with a candidate's image and with production's.
    assert {kind: kinds.count(kind) for kind in kinds} == {"Deployment": 3, "Pod": 2}


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
    error = refused(shop)
    assert error.what == "read the chart's values-qa.yaml"
    assert error.why.startswith("values-qa.yaml:2: ")


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
