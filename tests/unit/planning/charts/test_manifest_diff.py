"""Manifests compared by what they say; and what of a Secret is never shown."""

from __future__ import annotations

from typing import Any

import yaml

from build_tasks.planning.charts.documents import HOOK
from build_tasks.planning.charts.manifest_diff import manifest_diff, manifests_digest
from tests.unit.planning.manifests import deployment, smoke_test

ONE, TWO = "delivery-v1-0-1", "delivery-v1-0-2"


def stream(*manifests: object) -> str:
    return yaml.safe_dump_all(manifests, sort_keys=False)


def config(name: str = ONE, **data: str) -> dict[str, Any]:
    return {"kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def secret(name: str = ONE, **data: str) -> dict[str, Any]:
    return {"kind": "Secret", "metadata": {"name": name}, "data": data}


def diff(before: str, after: str) -> str:
    return "\n".join(manifest_diff(before, after, (ONE, TWO)))


def test_what_changed_is_shown_with_what_is_around_it() -> None:
    rest = {"a": "1", "b": "2", "c": "3", "d": "4"}
    said = diff(stream(config(**rest, e="5")), stream(config(TWO, **rest, e="six")))
    assert said.splitlines() == [
        "--- ConfigMap/delivery-v1-0-2 (runs)",
        "+++ ConfigMap/delivery-v1-0-2 (planned)",
        "@@ -4,5 +4,5 @@",
        "   c: '3'",
        "   d: '4'",
        "-  e: '5'",
        "+  e: six",
        " kind: ConfigMap",
        " metadata:",
    ]


def test_two_versions_that_differ_in_their_names_alone() -> None:
    one = stream(deployment(ONE), config(f"{ONE}-settings", host=f"{ONE}.backend"))
    two = stream(config(f"{TWO}-settings", host=f"{TWO}.backend"), deployment(TWO))
    assert diff(one, two) == ""
    assert manifests_digest(one) != manifests_digest(two)


def test_a_longer_name_is_another_one() -> None:
    before, after = stream(config(f"{ONE}0")), stream(config(f"{TWO}0"))
    assert "ConfigMap/delivery-v1-0-10 (runs)" in diff(before, after)
    assert "-  name: my-delivery-v1-0-1" in diff(stream(config(f"my-{ONE}")), stream(config(f"my-{TWO}")))


def test_what_is_new_and_what_goes() -> None:
    said = diff(stream(config("old")), stream(config("new")))
    assert "--- (nothing)\n+++ ConfigMap/new (planned)" in said
    assert "--- ConfigMap/old (runs)\n+++ (nothing)" in said


def test_nothing_runs_yet() -> None:
    said = manifest_diff("", stream(config(TWO, a="1")), ("", TWO))
    assert said[:2] == ("--- (nothing)", "+++ ConfigMap/delivery-v1-0-2 (planned)")
    assert all(line.startswith(("+", "-", "@")) for line in said)


def test_hooks_are_left_out() -> None:
    job = {"kind": "Job", "metadata": {"name": "migrate", "annotations": {HOOK: "pre-upgrade"}}}
    both = stream(deployment(TWO), smoke_test(TWO), job)
    assert diff(stream(deployment(ONE)), both) == ""
    assert manifests_digest(both) == manifests_digest(stream(deployment(TWO)))


def test_a_digest_is_of_what_is_said() -> None:
    one = f"---\n# Source: delivery/templates/config.yaml\n{stream(config(a='1', b='2'))}"
    other = "---\ndata: {b: '2', a: '1'}\nmetadata:\n  name: delivery-v1-0-1\nkind: ConfigMap\n---\n"
    assert manifests_digest(one) == manifests_digest(other)
    assert manifests_digest(one) != manifests_digest(stream(config(a="1", b="3")))


def test_nothing_of_a_secret_is_shown_but_its_keys() -> None:
    before = secret(password="b2xk", token="c2FtZQ==", gone="Z29uZQ==")
    before["stringData"] = {"url": "redis://:hunter2@data"}
    before["metadata"]["annotations"] = {"last-applied": "hunter2"}
    said = diff(stream(before), stream(secret(TWO, password="bmV3", token="c2FtZQ==", more="bW9yZQ==")))
    for hidden in ("b2xk", "bmV3", "c2FtZQ", "Z29uZQ", "bW9yZQ", "hunter2"):
        assert hidden not in said
    assert "-  data.password: (hidden)" in said and "+  data.password: (hidden; another value)" in said
    assert "-  data.gone: (hidden)" in said and "+  data.more: (hidden)" in said
    assert "-  stringData.url: (hidden)" in said and "-  metadata.annotations.last-applied: (hidden)" in said
    assert "data.token" not in [line[3:].partition(":")[0] for line in said.splitlines() if line[0] in "+-"]


def test_a_secret_that_is_new_or_goes() -> None:
    for said in (diff("", stream(secret(TWO, a="dG9w"))), diff(stream(secret(ONE, a="dG9w")), "")):
        assert "data.a: (hidden)" in said and "dG9w" not in said
