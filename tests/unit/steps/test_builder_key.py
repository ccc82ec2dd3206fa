"""A builder's key is there and accepted by main, or whoever starts the job is told what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.steps.evidence.builder_key import check_builder_key
from tests.unit.steps.shop import SIGNERS, Shop


def refused(shop: Shop) -> FlowError:
    with pytest.raises(FlowError) as error:
        check_builder_key(shop.bench, "publish delivery")
    assert error.value.what == "publish delivery"
    return error.value


def test_an_accepted_key(shop: Shop) -> None:
    assert check_builder_key(shop.bench, "publish delivery") == shop.keys["builder"]


def test_a_key_that_is_not_there(shop: Shop) -> None:
    shop.bench = replace(shop.bench, builder_key=shop.root / "nowhere")
    error = refused(shop)
    assert error.code is ExitCode.CONFIG
    assert f"{shop.root / 'nowhere'} is not there" in error.why
    for word in (
        "platform.up",
        "ssh-keygen -t ed25519",
        "BUILD_TASKS_BUILDER_KEY",
        SIGNERS,
        "evidence@build-tasks",
    ):
        assert word in error.fix


@pytest.mark.parametrize("name", ["stranger", "ann"])
def test_a_key_that_main_does_not_accept(shop: Shop, name: str) -> None:
    """ann may approve; that says nothing of building."""
    shop.bench = replace(shop.bench, builder_key=shop.keys[name])
    error = refused(shop)
    assert error.code is ExitCode.REFUSED
    assert "is no accepted builder's key: the allowed signers" in error.why
    line = error.fix.partition("by a pull request: ")[2]
    assert line.startswith(f'{name} namespaces="evidence@build-tasks" ssh-ed25519 ')
    shop.commit({SIGNERS: f"{shop.signers(cutter='git')}{line}\n"})
    shop.publish()
    assert check_builder_key(shop.bench, "publish delivery") == shop.keys[name], "the line does"


def test_only_main_decides(shop: Shop) -> None:
    shop.bench = replace(shop.bench, builder_key=shop.keys["stranger"])
    shop.write({SIGNERS: shop.signers(stranger="evidence@build-tasks")})
    assert refused(shop).code is ExitCode.REFUSED


def test_main_without_allowed_signers(shop: Shop) -> None:
    shop.commit({SIGNERS: None})
    shop.publish()
    with pytest.raises(FlowError, match="is not on main") as error:
        check_builder_key(shop.bench, "publish delivery")
    assert error.value.code is ExitCode.CONFIG
