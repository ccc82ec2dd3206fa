"""A repository as a large company has it, made for a measurement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.terminal import Terminal
from build_tasks.adapters.programs.process import Processes

_ROOT = Path(__file__).parents[1]
_PROJECT = """[tool.build_tasks]
application = "large"

[tool.build_tasks.environments.qa]
cluster = "devtest"
namespace = "qa"

[tool.build_tasks.environments.prod]
cluster = "prod"
namespace = "backend"
production = true
"""
_SERVICE = """name = "{name}"
kind = "api"
owner = "shipping"
description = "Keeps deliveries, and answers where each of them stands."

[delivery]
environments = ["qa"]

[switch]
drain_path = "/drain"
"""
_CHART = """apiVersion: v2
name: {name}
version: 0.0.0
appVersion: "0.0.0"
dependencies:
  - name: microservice
    version: 1.0.0
    repository: file://../../shared/chart
"""
#: Services for one shared library: each is copied by as many.
_SHARING = 10


@dataclass(frozen=True)
class Monorepo:
    """Services with a Dockerfile, an ignore file, a chart and sources each, as the sample application's are.

    :param folder: where it is made.
    :param services: how many there are.
    :param files: how many files there are in all, about.
    """

    processes: Processes
    folder: Path
    services: int
    files: int

    def make(self) -> None:
        """Two commits: all of it; and two changed files, one in a service, one in a library that ten copy."""
        self.folder.mkdir(parents=True)
        for name, text in self._texts():
            self._write(name, text)
        for words in (
            ("init", "--quiet", "--initial-branch=main"),
            ("config", "user.name", "bench"),
            ("config", "user.email", "bench@example.org"),
            ("config", "gc.auto", "0"),
        ):
            self.git(*words)
        self._commit("everything")
        self._write("services/service-007/src/module_03.py", "changed = True\n")
        library = self.services // _SHARING // 4
        self._write(f"services/shared/library-{library:02}/library.py", "changed = True\n")
        self._commit("two files")

    def git(self, *words: str) -> float:
        """Seconds that a git command takes."""
        return self.processes.run(["git", "-C", self.folder, *words], what=f"git {words[0]}").seconds

    @property
    def terminal(self) -> Terminal:
        """Types commands there."""
        return Terminal(self.processes, self.folder)

    def _write(self, name: str, text: str) -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def _commit(self, subject: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", subject)

    def _texts(self) -> Iterator[tuple[str, str]]:
        yield "pyproject.toml", _PROJECT
        yield "tasks.py", (_ROOT / "tasks.py").read_text(encoding="utf-8")
        yield ".gitignore", "/.build/\n__pycache__/\n"
        yield "services/shared/chart/Chart.yaml", "name: microservice\nversion: 1.0.0\n"
        yield "services/shared/tests/test_libraries.py", "numbers = []\n"
        for number in range(self.services // _SHARING):
            for folder in ("", "_testing"):
                yield f"services/shared/library-{number:02}{folder}/library.py", f"number = {number}\n"
        for number in range(self.services):
            yield from self._service(number)

    def _service(self, number: int) -> Iterator[tuple[str, str]]:
        name, library = f"service-{number:03}", f"library-{number // _SHARING:02}"
        own = f"services/{name}"
        for file in ("Dockerfile", "Dockerfile.dockerignore"):
            sample = (_ROOT / "services" / "delivery" / file).read_text(encoding="utf-8")
            text = sample.replace("services/delivery", own).replace("/delivery ", "/src ")
            yield (
                f"{own}/{file}",
                text.replace(f"{own}/delivery", f"{own}/src").replace("servicekit", library),
            )
        yield f"{own}/service.toml", _SERVICE.format(name=name)
        yield f"{own}/chart/Chart.yaml", _CHART.format(name=name)
        for file in ("requirements.lock", "requirements-test.lock", "README.md"):
            yield f"{own}/{file}", f"{name}\n"
        described = 7
        for module in range(self.files // self.services - described):
            folder = "src" if module % 3 else "tests"
            yield f"{own}/{folder}/module_{module:02}.py", f"number = {number}, {module}\n"
