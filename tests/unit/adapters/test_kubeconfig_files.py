"""kubeconfig files of others: which has a context, and where that leads."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from build_tasks.adapters.kubernetes.kubeconfig_files import contexts_of, endpoint_of, file_with
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.local_platform import Endpoint

CONFIG = """
apiVersion: v1
kind: Config
clusters:
- {name: one, cluster: {server: "https://one", certificate-authority-data: T05F}}
- {name: two, cluster: {server: "https://two", certificate-authority: two.crt}}
- {name: known, cluster: {server: "https://known"}}
contexts:
- {name: of-one, context: {cluster: one, user: me}}
- {name: of-two, context: {cluster: two, user: me}}
- {name: of-known, context: {cluster: known, user: me}}
- {name: lost, context: {cluster: gone, user: me}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "two.crt").write_bytes(b"TWO")
    (tmp_path / "config").write_text(CONFIG)
    return tmp_path / "config"


@pytest.mark.parametrize(
    ("context", "endpoint"),
    [
        ("of-one", Endpoint("https://one", "T05F")),
        ("of-two", Endpoint("https://two", base64.b64encode(b"TWO").decode())),
        ("of-known", Endpoint("https://known", "")),
    ],
)
def test_the_api_is_the_one_of_the_context(file: Path, context: str, endpoint: Endpoint) -> None:
    assert endpoint_of(file, context, "theirs") == endpoint


@pytest.mark.parametrize("context", ["lost", "nowhere"])
def test_a_context_that_leads_nowhere_is_told(file: Path, context: str) -> None:
    with pytest.raises(FlowError, match=f"with the context {context}") as caught:
        endpoint_of(file, context, "theirs")
    assert caught.value.code is ExitCode.UNAVAILABLE


@pytest.mark.parametrize("text", ["", "- 1", "{", "clusters: 3"])
def test_what_is_no_kubeconfig_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "config").write_text(text)
    with pytest.raises(FlowError, match="not a usable kubeconfig"):
        endpoint_of(tmp_path / "config", "of-one", "theirs")
    assert contexts_of(tmp_path / "config") == []


def test_the_file_that_has_the_context_is_found(tmp_path: Path, file: Path) -> None:
    other = tmp_path / "other"
    other.write_text("contexts: [{name: elsewhere}]")
    assert file_with("of-two", [tmp_path / "missing", other, file]) == file
    with pytest.raises(FlowError, match="no context of-three") as caught:
        file_with("of-three", [other, file])
    assert caught.value.code is ExitCode.USAGE
    assert "elsewhere, of-one, of-two, of-known" in caught.value.fix
