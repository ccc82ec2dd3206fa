"""``ci.affected`` as it is typed: what it prints, and the form of its JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

from build_tasks.errors import ExitCode
from build_tasks.model.affected import Reason
from tests.unit.steps.shop import Shop
from tests.unit.tasks.conftest import Inv

PAGE = (Path(__file__).parents[3] / "docs" / "affected.md").read_text(encoding="utf-8")


def test_a_line_for_each_service_and_what_was_compared(shop: Shop, inv: Inv) -> None:
    base = shop.source.head().sha
    shop.commit({"services/shared/log.py": "2", "README.md": "2"})
    typed = inv("ci.affected --base HEAD~1")
    assert typed.code is ExitCode.OK
    assert typed.out.splitlines() == [
        "service   reason                why",
        "delivery  copied-by-dockerfile  "
        "services/shared/log.py changed, its Dockerfile copies services/shared",
        f"1 of 1 services; 2 paths changed since {base[:12]}",
        "no service is built from README.md",
    ]


def test_nothing_is_affected(shop: Shop, inv: Inv) -> None:
    shop.commit({f"docs/{number:02}": "1" for number in range(12)})
    lines = inv("ci.affected --base HEAD~1").out.splitlines()
    assert lines[0].startswith("0 of 1 services; 12 paths changed since ")
    assert lines[1:] == [
        *(f"no service is built from docs/{number:02}" for number in range(10)),
        "nor from 2 others (--json lists them)",
    ]


def test_json(shop: Shop, inv: Inv) -> None:
    base = shop.source.head().sha
    head = shop.commit({"services/delivery/app.py": "2", "README.md": "2"})
    assert json.loads(inv("ci.affected --base HEAD~1 --json").out) == {
        "base": base,
        "head": head,
        "changed": 2,
        "services": [
            {
                "service": "delivery",
                "reason": "own-folder",
                "path": "services/delivery/app.py",
                "because": "services/delivery/app.py changed, in its folder services/delivery",
            }
        ],
        "unclaimed": ["README.md"],
    }


def test_nothing_to_compare_with(shop: Shop, inv: Inv) -> None:
    document = json.loads(inv("ci.affected --json").out)
    assert (document["base"], document["head"]) == ("", shop.source.head().sha)
    [only] = document["services"]
    assert (only["reason"], only["path"]) == ("no-base", "")
    assert inv("ci.affected").out.splitlines()[-1] == "1 of 1 services; there was nothing to compare with"


def test_a_shallow_clone_says_what_to_do(shop: Shop, inv: Inv) -> None:
    shop.source.shallow = True
    typed = inv("ci.affected --base " + "d" * 40)
    assert typed.code is ExitCode.OK
    assert "shallow-clone" in typed.out and "git fetch --unshallow" in typed.out


def test_a_branch_since_it_left_main(shop: Shop, inv: Inv) -> None:
    shop.source.create_branch("feature/delivery/x", "HEAD")
    shop.source.check_out("feature/delivery/x")
    shop.commit({"services/delivery/app.py": "2"})
    for words in ("", " --base main", " --base " + "0" * 40, " --head feature/delivery/x"):
        assert [one["service"] for one in json.loads(inv(f"ci.affected{words} --json").out)["services"]] == [
            "delivery"
        ]


def test_another_commit(shop: Shop, inv: Inv) -> None:
    """Its own Dockerfile is read, not the one that is checked out."""
    shop.source.create_branch("feature/delivery/x", "HEAD")
    shop.source.check_out("feature/delivery/x")
    dockerfile = (shop.root / "services/delivery/Dockerfile").read_text().replace("services/shared", "libs")
    shop.commit({"services/delivery/Dockerfile": dockerfile, "libs/x": "1"})
    shop.commit({"libs/x": "2"})
    shop.source.check_out("main")
    shop.write({"services/delivery/Dockerfile": dockerfile.replace("libs", "services/shared")})
    document = json.loads(inv("ci.affected --base feature/delivery/x~1 --head feature/delivery/x --json").out)
    assert [(one["reason"], one["path"]) for one in document["services"]] == [
        ("copied-by-dockerfile", "libs/x")
    ]


def test_a_mistyped_base(inv: Inv) -> None:
    typed = inv("ci.affected --base orgin/main")
    assert typed.code is ExitCode.USAGE
    assert "there is no commit 'orgin/main' in this clone" in typed.err


def test_every_reason_is_documented_and_no_other() -> None:
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+|dockerfile|unclaimed|unreadable)`", PAGE))
    assert named == set(Reason)


def test_the_documented_json_has_the_keys_that_there_are(shop: Shop, inv: Inv) -> None:
    [block] = re.findall(r"```json\n(.*?)```", PAGE, re.S)
    documented = json.loads(block)
    shop.commit({"services/delivery/app.py": "2"})
    printed = json.loads(inv("ci.affected --base HEAD~1 --json").out)
    assert [*printed] == [*documented]
    assert [*printed["services"][0]] == [*documented["services"][0]]
