"""Mistakes of the article's public reference implementation that no pipeline makes (those: unit/ci_lint).

- The creator of a release may approve it: test_flow_tasks.py, steps/test_approval.py.
- A quota of five pods blocks the second version side by side: platform/test_recipe_texts.py.
- No rollback step: test_flow_tasks.py, steps/test_traffic.py; every service has the task (test_tree.py).
- `latest` is pushed by default: here.
"""

from __future__ import annotations

from build_tasks.errors import ExitCode
from tests.unit.steps.shop import Shop
from tests.unit.tasks.conftest import Inv
from tests.unit.tasks.test_flow_tasks import into_production


def test_latest_is_no_version_to_push(shop: Shop, inv: Inv) -> None:
    refused = inv("delivery.push --version latest")
    assert refused.code is ExitCode.USAGE
    assert "'latest' is not a SemVer 2.0 version" in refused.err
    assert shop.registry._tags == {} and shop.builder.built == []


def test_a_release_up_to_production_writes_no_tag_latest(shop: Shop, inv: Inv) -> None:
    into_production(shop, inv, "0.1.0")
    tags = {tag for tags in shop.registry._tags.values() for tag in tags}
    assert {"v0.1.0", "0.1.0"} <= tags
    assert "latest" not in tags
