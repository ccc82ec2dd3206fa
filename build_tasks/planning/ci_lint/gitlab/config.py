"""A GitLab configuration: the file and what it includes, with `extends`, `default` and `!reference` followed.

- https://docs.gitlab.com/ci/yaml/includes/ (files are merged key by key, the including file's own keys win)
- https://docs.gitlab.com/ci/yaml/yaml_optimization/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from build_tasks.planning.ci_lint.collected import Collected
from build_tasks.planning.ci_lint.commands.deeds import SCANNERS
from build_tasks.planning.ci_lint.files.documents import Place, Yaml
from build_tasks.planning.ci_lint.files.sources import Sources, joined
from build_tasks.planning.ci_lint.patterns.automaton import automaton
from build_tasks.planning.ci_lint.patterns.fnmatch import fnmatch

#: Names at the top that are no jobs (https://docs.gitlab.com/ci/yaml/#global-keywords and those before them).
_NO_JOBS = {"default", "include", "stages", "variables", "workflow", "spec", "image", "services", "cache"}
_NO_JOBS |= {"before_script", "after_script", "types"}
#: Includes within includes, jobs that extend jobs, references to references; GitLab has limits like it.
_DEEPEST = 10
_MOST_ENTRIES = 1000

Keys = dict[str, tuple[Yaml, Yaml]]


@dataclass(frozen=True)
class Job:
    """:param keys: key and value by the key's name, with what it extends."""

    name: str
    place: Place
    keys: Mapping[str, tuple[Yaml, Yaml]]
    variables: Mapping[str, str]

    def get(self, key: str) -> Yaml | None:
        return self.keys[key][1] if key in self.keys else None


@dataclass
class Config:
    """The merged files: for each name at the top, the keys below it.

    :param scans: a template of GitLab's, or a component, that scans images is included.
    """

    sections: dict[str, Keys] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    scans: list[Place] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    _keys: dict[str, Keys] = field(default_factory=dict)
    _lists: dict[int, list[Yaml]] = field(default_factory=dict)

    def jobs(self) -> Iterator[Job]:
        """Those that run: not the hidden ones, which others extend."""
        for name in self.sections:
            if name not in _NO_JOBS and not name.startswith("."):
                keys = {**self.sections.get("default", {}), **self._extended(name, 0)}
                own = keys["variables"][1] if "variables" in keys else None
                variables = {**self.variables(), **_texts(own)}
                yield Job(name, self.places[name], keys, variables)

    def variables(self) -> dict[str, str]:
        """Those for all jobs."""
        return {name: _text(value) for name, (_, value) in self.sections.get("variables", {}).items()}

    def workflow_rules(self) -> Yaml | None:
        return self.sections.get("workflow", {}).get("rules", (None, None))[1]

    def listed(self, value: Yaml | None) -> list[Yaml]:
        """The entries of a list, lists in it and references followed."""
        return self._listed(value, 0) if value is not None else []

    def _listed(self, value: Yaml, depth: int) -> list[Yaml]:
        known = self._lists.get(id(value.node))
        if known is None:
            known = self._lists[id(value.node)] = []  # what refers to itself adds nothing
            if value.tag == "!reference":
                referred = self._referred(value)
                known += self._listed(referred, depth + 1) if referred and depth < _DEEPEST else []
            elif value.is_list:
                for item in value.items():
                    known += self._listed(item, depth) if item.is_list else [item]
            elif not value.is_null:
                known.append(value)
            del known[_MOST_ENTRIES:]
        return known

    def _referred(self, reference: Yaml) -> Yaml | None:
        name, *path = [leaf.text for leaf in reference.leaves()] or [""]
        first, *rest = path or [""]
        found = self.sections.get(name, {}).get(first, (None, None))[1]
        return found.get(*rest) if found and rest else found

    def _extended(self, name: str, depth: int) -> Keys:
        if name not in self._keys:
            own = self.sections.get(name, {})
            self._keys[name] = own  # what extends itself adds nothing
            extends = own["extends"][1] if "extends" in own else None
            keys: Keys = {}
            for base in extends.leaves() if extends and depth < _DEEPEST else ():
                keys |= self._extended(base.text, depth + 1)
            self._keys[name] = {**keys, **own}
        return self._keys[name]


def load(root: Yaml, sources: Sources, found: Collected) -> Config:
    """Bring together a file and what it includes; what cannot be had is noted."""
    config = Config()
    _load(root, sources, found, config, 0)
    return config


def _load(root: Yaml, sources: Sources, found: Collected, config: Config, depth: int) -> None:
    found.files.add(root.file)
    config.files.add(root.file)
    for path, item in included(root.get("include"), sources):
        if path in config.files:
            continue  # once is enough, also for one that includes itself
        other = found.opened(path, sources) if path and depth < _DEEPEST else None
        if other is not None:
            _load(other, sources, found, config, depth + 1)
        elif any(map(SCANNERS.search, _words(item))):
            config.scans.append(item.place)
        elif path not in config.files:
            found.miss(item.place, f"the include {' '.join(_words(item))}: what it does is not known")
    for key, value in root.entries():
        section = config.sections.setdefault(key.text, {})
        section |= {name.text: (name, one) for name, one in value.entries()}
        config.places[key.text] = key.place


def included(include: Yaml | None, sources: Sources) -> Iterator[tuple[str, Yaml]]:
    """The files that an ``include`` brings, each with its entry; an empty path for one that is not here."""
    if include is None:
        return
    for item in include.items() if include.is_list else [include]:
        local = item.word("local") or ("" if item.is_mapping or "://" in item.text else item.text)
        paths = _local(local, sources) if local else []
        yield from ((path, item) for path in paths or [""])


def _local(written: str, sources: Sources) -> list[str]:
    """Local includes count from the root, with or without a slash; they may have wildcards."""
    path = joined("", written)
    if "*" not in path:
        return [path] if path in sources else []
    matcher = automaton(fnmatch(path))
    return [one for one in sources if matcher.accepts(one) and one.endswith((".yml", ".yaml"))]


def _words(item: Yaml) -> list[str]:
    return [item.text] if item.text else [leaf.text for _, value in item.entries() for leaf in value.leaves()]


def _texts(variables: Yaml | None) -> dict[str, str]:
    return {key.text: _text(value) for key, value in variables.entries()} if variables else {}


def _text(value: Yaml) -> str:
    """A variable's value, also where it comes with a description."""
    return value.word("value") if value.is_mapping else value.text
