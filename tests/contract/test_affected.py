"""Which services a change concerns, in repositories of real git."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.affected import Assessment, Reason
from build_tasks.steps.ci.affected import assess
from build_tasks.wiring import Composition
from tests.contract.fixtures_source import RealRepository

STAGES = "FROM scratch AS build\nFROM build AS testrunner\nFROM build AS final\n"
TEXT = "a text that is long enough to be recognised as the same\n" * 5
FILES = {
    ".gitignore": "/.build/\n",
    "pyproject.toml": """[tool.build_tasks]
application = "shop"
[tool.build_tasks.environments.qa]
cluster = "devtest"
namespace = "qa"
[tool.build_tasks.environments.prod]
cluster = "prod"
namespace = "backend"
production = true
""",
    "services/delivery/service.toml": 'name = "delivery"\nkind = "api"\nowner = "x"\n',
    "services/delivery/Dockerfile": f"{STAGES}COPY services/shared vendor/lib/src /\n",
    "services/delivery/app.py": TEXT,
    "services/package/service.toml": 'name = "package"\nkind = "api"\nowner = "x"\n',
    "services/package/Dockerfile": f"{STAGES}COPY services/package /\n",
    "services/package/app.ts": "1",
    "services/shared/log.py": "1",
    "services/shared/README.md": "1",
    ".dockerignore": "**/*.md\n",
    "README.md": "1",
}
Ask = Callable[..., Assessment]


@pytest.fixture
def shop(git_repository: RealRepository) -> RealRepository:
    """Two services, committed."""
    git_repository.commit(FILES, "first")
    return git_repository


def asking(root: Path, base: str, head: str = "HEAD") -> Assessment:
    environ = {"PATH": os.environ["PATH"], "HOME": str(root.parent), "GIT_CONFIG_NOSYSTEM": "1"}
    composition = Composition(root, environ)
    return assess(composition.checkout, base, head, composition.checkout_at)


def reasons(found: Assessment) -> dict[str, tuple[Reason, str]]:
    return {one.service: (one.reason, one.path) for one in found.services}


def test_since_a_commit(shop: RealRepository) -> None:
    base = shop.git("rev-parse", "HEAD")
    head = shop.commit({"services/shared/log.py": "2", "README.md": "2"})
    found = asking(shop.root, "HEAD~1")
    assert (found.base, found.head, found.changed, found.of) == (base, head, 2, 2)
    assert reasons(found) == {"delivery": (Reason.COPIED, "services/shared/log.py")}
    assert found.unclaimed == ("README.md",)


def test_what_the_ignore_file_leaves_out_concerns_nobody(shop: RealRepository) -> None:
    shop.commit({"services/shared/README.md": "2"})
    found = asking(shop.root, "HEAD~1")
    assert (found.services, found.unclaimed) == ((), ("services/shared/README.md",))


def test_a_rename_concerns_both_sides(shop: RealRepository) -> None:
    shop.commit({"services/delivery/app.py": None, "services/package/app.py": TEXT})
    assert reasons(asking(shop.root, "HEAD~1")) == {
        "delivery": (Reason.OWN_FOLDER, "services/delivery/app.py"),
        "package": (Reason.OWN_FOLDER, "services/package/app.py"),
    }


def test_a_deletion(shop: RealRepository) -> None:
    shop.commit({"services/shared/log.py": None})
    assert reasons(asking(shop.root, "HEAD~1")) == {"delivery": (Reason.COPIED, "services/shared/log.py")}
    shop.commit({".dockerignore": None})
    assert reasons(asking(shop.root, "HEAD~1")) == {
        "delivery": (Reason.IGNORE_FILE, ".dockerignore"),
        "package": (Reason.IGNORE_FILE, ".dockerignore"),
    }


def test_a_service_that_is_gone_concerns_itself_no_more(shop: RealRepository) -> None:
    shop.commit({name: None for name in FILES if name.startswith("services/package/")})
    found = asking(shop.root, "HEAD~1")
    assert (found.services, found.of) == ((), 1)
    assert "services/package/Dockerfile" in found.unclaimed


def test_a_branch_is_compared_with_where_it_left(shop: RealRepository) -> None:
    """What main did meanwhile is not the branch's."""
    shop.git("checkout", "-q", "-b", "feature/package/x")
    shop.commit({"services/package/app.ts": "2"})
    shop.git("checkout", "-q", "main")
    shop.commit({"services/delivery/app.py": "2"})
    shop.git("checkout", "-q", "feature/package/x")
    for base in ("main", "", "0" * 40):
        assert set(reasons(asking(shop.root, base))) == {"package"}


def test_a_merge_brings_what_the_branch_had(shop: RealRepository) -> None:
    shop.git("checkout", "-q", "-b", "feature/package/x")
    shop.commit({"services/package/app.ts": "2"})
    shop.commit({"services/package/more.ts": "1"})
    shop.git("checkout", "-q", "main")
    shop.commit({"services/delivery/app.py": "2"})
    shop.git("merge", "-q", "--no-ff", "-m", "merge", "feature/package/x")
    assert set(reasons(asking(shop.root, "HEAD~1"))) == {"package"}
    assert set(reasons(asking(shop.root, ""))) == {"package"}, "main: since the commit before"
    assert set(reasons(asking(shop.root, "HEAD~2"))) == {"delivery", "package"}


def test_two_branches_that_merged_each_other(shop: RealRepository) -> None:
    """Their histories part at two commits; what either brought is found all the same."""
    shop.git("branch", "other")
    shop.commit({"services/package/app.ts": "2"})
    shop.git("checkout", "-q", "other")
    shop.commit({"services/delivery/app.py": "2"})
    ours = shop.git("rev-parse", "HEAD")
    shop.git("merge", "-q", "-m", "one way", "main")
    shop.git("checkout", "-q", "main")
    shop.git("merge", "-q", "-m", "the other way", ours)
    shop.git("checkout", "-q", "other")
    shop.commit({"services/package/new.ts": "1"})
    assert "package" in reasons(asking(shop.root, "main"))


def test_the_first_commit_concerns_all(shop: RealRepository) -> None:
    found = asking(shop.root, "")
    assert reasons(found) == {"delivery": (Reason.NO_BASE, ""), "package": (Reason.NO_BASE, "")}
    assert found.services[0].because == "there is no commit to compare with"


def test_a_clone_without_main(shop: RealRepository) -> None:
    shop.git("branch", "-q", "-m", "trunk")
    assert {reason for reason, _ in reasons(asking(shop.root, "")).values()} == {Reason.NO_BASE}


def test_a_commit_that_is_gone_concerns_all(shop: RealRepository) -> None:
    shop.commit({"README.md": "2"})
    found = asking(shop.root, "0123456789012345678901234567890123456789")
    assert {reason for reason, _ in reasons(found).values()} == {Reason.UNKNOWN_BASE}
    assert "a forced push leaves such" in found.services[0].because


@pytest.mark.parametrize(
    ("base", "head"), [("nowhere", "HEAD"), ("HEAD", "nowhere"), ("-x", "HEAD"), ("", "nowhere")]
)
def test_a_name_that_is_mistyped(shop: RealRepository, base: str, head: str) -> None:
    with pytest.raises(FlowError, match=r"there is no commit '(nowhere|-x)' in this clone") as refused:
        asking(shop.root, base, head)
    assert refused.value.code is ExitCode.USAGE
    assert "git fetch" in refused.value.fix


def test_histories_that_never_met(shop: RealRepository) -> None:
    shop.git("checkout", "-q", "--orphan", "other")
    shop.commit({"README.md": "2"})
    assert {reason for reason, _ in reasons(asking(shop.root, "main")).values()} == {Reason.NO_COMMON_HISTORY}


def test_a_shallow_clone_says_how_to_deepen_it(shop: RealRepository, tmp_path: Path) -> None:
    base = shop.git("rev-parse", "HEAD")
    shop.commit({"services/package/app.ts": "2"})
    shop.git("branch", "feature/x", base)
    shallow = tmp_path / "shallow"
    url = f"file://{shop.root}"
    shop.git("clone", "-q", "--depth=1", "--no-single-branch", url, str(shallow))
    for asked in (base[:-1] + "f", "origin/feature/x", ""):  # of origin/feature/x, only its tip is there
        found = asking(shallow, asked)
        assert {reason for reason, _ in reasons(found).values()} == {Reason.SHALLOW_CLONE}
        assert "git fetch --unshallow" in found.services[0].because
    shop.git("fetch", "-q", "--unshallow", at=shallow)
    for asked in (base, "origin/feature/x", ""):
        assert reasons(asking(shallow, asked)) == {"package": (Reason.OWN_FOLDER, "services/package/app.ts")}


def test_a_submodule_that_a_dockerfile_copies_from(shop: RealRepository) -> None:
    library = shop.root.with_name("library")
    shop.git("init", "-q", "-b", "main", library, at=shop.root.parent)
    for name, value in (("user.name", "Dev"), ("user.email", "dev@example.org")):
        shop.git("config", name, value, at=library)
    shop.git("commit", "-q", "--allow-empty", "-m", "first", at=library)
    shop.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", library, "vendor/lib")
    shop.commit({}, "add it")
    found = asking(shop.root, "HEAD~1")
    assert reasons(found) == {"delivery": (Reason.COPIED, "vendor/lib")}
    assert found.unclaimed == (".gitmodules",)


def test_a_link_that_leads_elsewhere(shop: RealRepository) -> None:
    dockerfile = f"{STAGES}COPY services/package/common /\n"
    (shop.root / "services/package/common").symlink_to("../../libs/common")
    shop.commit({"libs/common/x": "1", "services/package/Dockerfile": dockerfile})
    shop.commit({"libs/common/x": "2"})
    assert reasons(asking(shop.root, "HEAD~1")) == {"package": (Reason.COPIED, "libs/common/x")}


def test_another_commit_is_judged_by_its_own_files(shop: RealRepository) -> None:
    """By its Dockerfiles, its services and its policy, not by those that are checked out."""
    shop.git("checkout", "-q", "-b", "feature/x")
    settings = FILES["pyproject.toml"] + '[tool.build_tasks.affected]\nrepository_wide = ["tools"]\n'
    service = FILES["services/package/service.toml"].replace("package", "third")
    shop.commit(
        {
            "pyproject.toml": settings,
            "services/third/service.toml": f'{service}[image]\ndockerfile = "build.docker"\n',
            "services/third/build.docker": f"{STAGES}COPY libs/third /\n",
            "services/package/Dockerfile": f"{STAGES}COPY libs/package /\n",
            "libs/third/x": "1",
            "libs/package/x": "1",
        }
    )
    shop.commit({"libs/third/x": "2", "libs/package/x": "2", "pyproject.toml": settings + "# 2\n"})
    head = shop.git("rev-parse", "HEAD")
    for where, asked in (("feature/x", "HEAD"), ("main", "feature/x"), ("main", head)):
        shop.git("checkout", "-q", where)
        found = asking(shop.root, f"{head}~1", asked)
        assert reasons(found) == {
            "package": (Reason.COPIED, "libs/package/x"),
            "third": (Reason.COPIED, "libs/third/x"),
        }
        assert (found.of, found.head, found.unclaimed) == (3, head, ("pyproject.toml",))


def test_uncommitted_files_are_no_change(shop: RealRepository) -> None:
    shop.commit({"README.md": "2"})
    shop.write("services/delivery/app.py")
    assert asking(shop.root, "HEAD~1").services == ()
