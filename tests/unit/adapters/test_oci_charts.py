"""What a chart's manifest says."""

from __future__ import annotations

import json

import pytest

from build_tasks.adapters.registry.charts import (
    CONFIG,
    CONTENT,
    chart_config,
    chart_manifest,
    check_name,
    layer_digest,
)
from build_tasks.adapters.registry.client import digest_of
from build_tasks.errors import FlowError
from build_tasks.model.images import Ref

_CHART = {"apiVersion": "v2", "name": "delivery", "version": "1.0.2"}
_REF = Ref("localhost:5001", "charts/delivery", "1.0.2")


def test_the_manifest_is_what_helm_looks_for() -> None:
    manifest = json.loads(chart_manifest(_CHART, digest_of(b"tgz"), 3))
    config = chart_config(_CHART)
    assert manifest["config"] == {"mediaType": CONFIG, "digest": str(digest_of(config)), "size": len(config)}
    assert manifest["layers"] == [{"mediaType": CONTENT, "digest": str(digest_of(b"tgz")), "size": 3}]
    assert json.loads(config) == _CHART


def test_the_order_of_chart_yaml_does_not_matter() -> None:
    turned = dict(reversed(_CHART.items()))
    assert chart_manifest(turned, digest_of(b"x"), 1) == chart_manifest(_CHART, digest_of(b"x"), 1)


def test_the_layer_is_the_chart_not_its_provenance() -> None:
    layers = [
        {"mediaType": "application/vnd.cncf.helm.chart.provenance.v1.prov", "digest": str(digest_of(b"p"))},
        {"mediaType": CONTENT, "digest": str(digest_of(b"c"))},
    ]
    assert layer_digest({"layers": layers}, _REF) == digest_of(b"c")


@pytest.mark.parametrize(
    "ref", [_REF.tagged("1.0.3"), _REF.tagged("v1.0.2"), Ref("localhost:5001", "delivery-x", "1.0.2")]
)
def test_a_name_that_helm_would_not_find(ref: Ref) -> None:
    with pytest.raises(FlowError, match=r"/delivery:1\.0\.2"):
        check_name(_CHART, ref)
    check_name(_CHART, _REF)
