"""BuildKit's provenance: which version it is, and what nobody else should see of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_tasks.model.proofs import Provenance
from build_tasks.planning.evidence.provenance import build_type, finished, materials, provenance

V02 = {
    "buildType": "https://mobyproject.org/buildkit@v1",
    "materials": [{"uri": "pkg:docker/python@3.13", "digest": {"sha256": "c" * 64}}],
    "invocation": {"parameters": {"args": {"build-arg:REVISION": "c0ffee"}}},
    "metadata": {"buildFinishedOn": "2026-03-01T11:58:00.123456789Z"},
}
V1 = {
    "buildDefinition": {
        "buildType": "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md",
        "resolvedDependencies": [{"uri": "pkg:docker/node@24"}],
    },
    "runDetails": {"metadata": {"finishedOn": "2026-03-01T12:58:00+01:00"}},
}


def test_version_0_2() -> None:
    found = provenance(V02)
    assert (found.type, found.predicate) == ("https://slsa.dev/provenance/v0.2", V02)
    assert finished(found) == datetime(2026, 3, 1, 11, 58, 0, 123456, tzinfo=UTC)
    assert materials(found) == ["pkg:docker/python@3.13"]
    assert build_type(found) == "https://mobyproject.org/buildkit@v1"


def test_version_1() -> None:
    found = provenance(V1)
    assert found.type == "https://slsa.dev/provenance/v1"
    assert finished(found) == datetime(2026, 3, 1, 11, 58, tzinfo=UTC)
    assert materials(found) == ["pkg:docker/node@24"]
    assert build_type(found).endswith("slsa-definitions.md")


def test_what_is_no_provenance() -> None:
    with pytest.raises(ValueError, match="neither version of SLSA provenance: image"):
        provenance({"image": {}})
    with pytest.raises(ValueError, match="nothing"):
        provenance({})


def test_secrets_are_taken_out() -> None:
    said = {
        **V02,
        "invocation": {
            "configSource": {"uri": "https://bot:hunter2@git.example.org/shop.git#main"},
            "parameters": {
                "args": {
                    "build-arg:NPM_TOKEN": "hunter2",
                    "build-arg:DbPassword": "hunter2",
                    "label:a": "kept",
                },
                "locals": [{"name": "context"}],
                "secrets": [{"id": "npmrc", "optional": True}],
            },
            "environment": {"platform": "linux/amd64", "API_KEY": ["hunter2"]},
        },
    }
    found = provenance(said).predicate
    assert "hunter2" not in json.dumps(found)
    kept = found["invocation"]
    assert kept["configSource"]["uri"] == "https://git.example.org/shop.git#main"
    assert kept["parameters"]["args"] == {
        "build-arg:NPM_TOKEN": "***",
        "build-arg:DbPassword": "***",
        "label:a": "kept",
    }
    assert kept["environment"] == {"platform": "linux/amd64", "API_KEY": ["***"]}
    assert kept["parameters"]["secrets"] == [{"id": "npmrc", "optional": True}], "its name, not its value"


@pytest.mark.parametrize(
    "said", [{}, {"metadata": 1}, {"metadata": {"buildFinishedOn": "soon"}}, {"materials": 3}]
)
def test_what_it_does_not_say(said: dict[str, object]) -> None:
    found = Provenance("https://slsa.dev/provenance/v0.2", said)
    assert finished(found) is None and materials(found) == [] and build_type(found) == ""


@given(st.text("abcdefgh0123456789", min_size=8, max_size=20), st.sampled_from(["https", "ssh", "git+https"]))
def test_no_credentials_stay_in_an_address(password: str, scheme: str) -> None:
    said = {**V02, "anywhere": [{"deep": f"{scheme}://user:{password}@host.example.org/{'x' * 3}"}]}
    assert f":{password}@" not in json.dumps(provenance(said).predicate)
