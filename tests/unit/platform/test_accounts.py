"""Kubeconfig files of the deployer accounts."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from build_tasks.model.local_platform import Endpoint
from build_tasks.steps.platform.accounts import account_usable, kubeconfig_text

HERE = Endpoint("https://127.0.0.1:6443", "Y2E=")
END = datetime(2026, 3, 31, tzinfo=UTC)


def token(end: datetime = END) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": int(end.timestamp())}).encode()).decode()
    return f"e30.{claims.rstrip('=')}.signature"


def text(namespace: str = "qa", where: Endpoint = HERE, end: datetime = END) -> str:
    return kubeconfig_text("local-qa", namespace, where, token(end))


def test_is_a_kubeconfig_with_one_context() -> None:
    config = yaml.safe_load(text())
    assert config["current-context"] == "local-qa"
    assert [c["context"]["namespace"] for c in config["contexts"]] == ["qa"]
    assert config["users"][0]["user"] == {"token": token()}
    assert config["clusters"][0]["cluster"]["server"] == HERE.server


def test_is_usable_until_a_week_before_its_end() -> None:
    assert account_usable(text(), HERE, "qa", END - timedelta(days=7, seconds=1))
    assert not account_usable(text(), HERE, "qa", END - timedelta(days=7))


@pytest.mark.parametrize("end", [END + timedelta(seconds=n) for n in range(4)])
def test_reads_tokens_of_any_padding(end: datetime) -> None:
    assert account_usable(text(end=end), HERE, "qa", END - timedelta(days=8))


@pytest.mark.parametrize(
    "other",
    [
        text(where=Endpoint("https://127.0.0.1:7443", "Y2E=")),
        text(where=Endpoint(HERE.server, "another")),
        text(namespace="dev"),
        "",
        "not json",
        "{}",
        json.dumps([]),
        text().replace(token(), "opaque"),
    ],
)
def test_another_cluster_namespace_or_no_file_is_not_usable(other: str) -> None:
    assert not account_usable(other, HERE, "qa", END - timedelta(days=30))
