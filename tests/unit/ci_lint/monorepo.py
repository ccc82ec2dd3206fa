"""A small foreign repository, like the article's: services below `src/shipping`, a pipeline each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from build_tasks.model.ci_lint import LintFinding, LintReport, LintRule
from build_tasks.model.service import Service
from build_tasks.steps.ci.lint import lint
from tests.fakes import samples
from tests.unit.steps.shop import Shop

STAGES = "FROM build AS testrunner\nFROM build AS final\n"
#: The scheduler copies what it shares with the delivery service; that is not in its folder.
FILES = {
    "src/shipping/delivery/Dockerfile": (
        f"FROM python:3.13 AS build\nCOPY src/shipping/delivery/app .\n{STAGES}"
    ),
    "src/shipping/delivery/app/main.py": "print()\n",
    "src/shipping/delivery/README.md": "read me\n",
    "src/shipping/delivery/chart/Chart.yaml": "name: delivery\nversion: 0.0.0\n",
    "src/shipping/dronescheduler/Dockerfile": (
        "FROM python:3.13 AS build\n"
        "COPY src/shipping/dronescheduler/app .\n"
        f"COPY src/shipping/common ./common\n{STAGES}"
    ),
    "src/shipping/dronescheduler/app/main.py": "print()\n",
    "src/shipping/dronescheduler/chart/Chart.yaml": "name: dronescheduler\nversion: 0.0.0\n",
    "src/shipping/common/log.py": "x = 1\n",
    "docs/index.md": "hello\n",
}


class Monorepo:
    """Write pipeline files into it and lint.

    :param main: the main branch's name.
    """

    def __init__(self, root: Path, main: str = "master") -> None:
        shop = Shop(root)
        for path in shop.source.files(["."]):
            shop.commit({path: None})
        shop.commit(FILES)
        if main != "main":
            shop.source.create_branch(main, "HEAD")
            shop.source.check_out(main)
            for names in (shop.source._heads, shop.source._remote):
                names.pop("main", None)
        settings = replace(shop.bench.settings, main_branch=main, services_folder="src/shipping")
        services = {name: _service(name) for name in ("delivery", "dronescheduler")}
        self._shop = shop
        self.bench = replace(shop.bench, settings=settings, services=services)

    def commit(self, files: Mapping[str, str | None]) -> None:
        """Change files and commit them; None removes one."""
        self._shop.commit(files)

    def write(self, path: str, content: bytes) -> None:
        """Put down a file that git does not know yet."""
        self._shop.write({path: ""})
        (self.bench.settings.root / path).write_bytes(content)

    def branch(self, name: str) -> None:
        self._shop.source.create_branch(name, "HEAD")

    def require(self, *checks: str) -> None:
        """Say which checks pull requests need."""
        self.bench = replace(self.bench, settings=replace(self.bench.settings, required_checks=checks))

    def lint(self, *named: str) -> LintReport:
        return lint(self.bench, named)

    def found(self, rule: LintRule, files: Mapping[str, str] | None = None) -> list[LintFinding]:
        """The findings of one rule, after committing some files."""
        self.commit(files or {})
        return [finding for finding in self.lint().findings if finding.rule is rule]


def _service(name: str) -> Service:
    folder = f"src/shipping/{name}"
    return samples.service(name, folder=folder, dockerfile=f"{folder}/Dockerfile", chart=f"{folder}/chart")
