"""What filters match, system by system: tables from their own documentation."""

from __future__ import annotations

import pytest

from build_tasks.planning.ci_lint.patterns.automaton import automaton
from build_tasks.planning.ci_lint.patterns.fnmatch import fnmatch
from build_tasks.planning.ci_lint.patterns.globs import azure_branch, azure_path, github
from build_tasks.planning.ci_lint.patterns.language import prefix

#: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
GITHUB = {
    "feature/*": ("feature/my-branch feature/your-branch", "feature/a/b feature"),
    "feature/**": ("feature/beta-a/my-branch feature/your-branch feature/mona/the/octocat", "feature"),
    "releases/mona-the-octocat": ("releases/mona-the-octocat", "releases/mona-the-octocat/x"),
    "*": ("main releases", "a/b"),
    "**": ("all/the/branches every/tag", ""),
    "*feature": ("mona-feature feature ver-10-feature", "feature-x a/feature"),
    "v2*": ("v2 v2.0 v2.9", "v1 v2/x"),
    "v[12].[0-9]+.[0-9]+": ("v1.10.1 v2.0.0", "v3.0.0 v1.0 v1x10.1"),
    "*.jsx?": ("page.js page.jsx", "page.jsxx a/page.js"),
    "**.js": ("index.js js/index.js src/js/app.js", "index.jsx"),
    "docs/*": ("docs/README.md docs/file.txt", "docs/a/b docs"),
    "docs/**": ("docs/README.md docs/mona/octocat.txt", "docs other/docs/x"),
    "docs/**/*.md": ("docs/README.md docs/mona/hello-world.md docs/a/markdown/file.md", "docs/a.txt"),
    "**/docs/**": ("docs/hello.md dir/docs/my-file.txt space/docs/plan/space.doc", "mydocs/x"),
    "**/README.md": ("README.md js/README.md", "xREADME.md"),
    "**/*src/**": ("a/src/app.js my-src/code/js/app.js", "srcs/x"),
    "**/*-post.md": ("my-post.md path/their-post.md", "post.md"),
    "**/migrate-*.sql": ("migrate-10909.sql db/migrate-v1.0.sql db/sept/migrate-v1.sql", "migrate.sql"),
    r"a\*b\+": ("a*b+", "axb+ a*bb"),
    "+x": ("+x", "x"),
}
#: https://learn.microsoft.com/azure/devops/pipelines/repos/azure-repos-git#wildcards
AZURE_BRANCHES = {
    "main": ("main", "mainx x/main"),
    "releases/*": ("releases/1 releases/old/2", "releases"),
    "feature/*-working": ("feature/x-working feature/a/b-working", "feature/x"),
    "v?": ("v1", "v v12"),
    "*": ("main a/b", ""),
    "a+b.c": ("a+b.c", "aab.c a+bxc"),
}
AZURE_PATHS = {
    "/src/shipping/delivery/": ("src/shipping/delivery/a src/shipping/delivery/b/c", "src/shipping/deliver"),
    "src/shipping/delivery": ("src/shipping/delivery/a src/shipping/delivery", "src/shipping/delivery2/a"),
    "docs/README.md": ("docs/README.md", "docs/README.mdx docs/x"),
    "docs/*": ("docs/a docs/a/b", "docs"),
    "docs/*.md": ("docs/a.md", "docs/a.txt other/a.md"),
    "src/app/**/myapp*": ("src/app/x/myapp src/app/x/y/myapp2/z src/app/myapp", "src/myapp"),
    "/": ("anything a/b/c", ""),
    "*": ("anything a/b/c", ""),
    "src/?/x": ("src/a/x src/b/x/y", "src/ab/x"),
}
#: https://docs.ruby-lang.org/en/master/File.html#method-c-fnmatch-3F, with the flags that GitLab gives.
GITLAB = {
    "cat": ("cat", "category"),
    "c{at,ub}s": ("cats cubs", "cat cots"),
    "c?t": ("cat", "ct c/t"),
    "c??t": ("caat", "cat"),
    "c*": ("cats c", "c/a/b/t"),
    "c*t": ("cat c-t", "c/a/b/t"),
    "ca[a-z]": ("cat", "ca1"),
    "ca[^t]": ("cab", "cat"),
    "ca[!t]": ("cab", "cat"),
    r"\?": ("?", "a"),
    r"[\?]": ("?", "a"),
    "*": (".profile README.md", "a/b"),
    "**/*.rb": ("main.rb ./main.rb lib/song.rb lib/a/song.rb", "main.py"),
    "**.rb": ("main.rb", "lib/song.rb"),
    "**/foo": ("foo a/b/c/foo .a/foo", "a/foo/b xfoo"),
    "services/delivery/*": ("services/delivery/Dockerfile", "services/delivery/app/main.py"),
    "services/delivery/**": ("services/delivery/Dockerfile", "services/delivery/app/main.py"),
    "services/delivery/**/*": ("services/delivery/Dockerfile services/delivery/app/a/main.py", "services/x"),
    "services/delivery/": ("", "services/delivery/Dockerfile services/delivery"),
    "/services/**/*": ("", "services/delivery/Dockerfile"),
    "a**/b": ("a/b axx/b", "a/x/b"),
    "[a": ("", "[a a"),
    "{a,b}/{c,{d,e}}": ("a/c b/d a/e", "a/b"),
    "{**/x,y}/z": ("x/z a/b/x/z y/z", "a/y/z"),
    "a{b": ("a{b", "ab"),
    "x[a/b]y": ("", "xay x/y"),
    "x]": ("x]", "x"),
}
_TABLES = [
    *((github, *row) for row in GITHUB.items()),
    *((azure_branch, *row) for row in AZURE_BRANCHES.items()),
    *((azure_path, *row) for row in AZURE_PATHS.items()),
    *((fnmatch, *row) for row in GITLAB.items()),
]


@pytest.mark.parametrize(("kind", "pattern", "texts"), _TABLES)
def test_what_a_pattern_matches_and_what_it_does_not(kind, pattern, texts) -> None:  # type: ignore[no-untyped-def]
    language = kind(pattern)
    matching, others = (row.split() for row in texts)
    assert [text for text in matching if not automaton(language).accepts(text)] == []
    assert [text for text in others if automaton(language).accepts(text)] == []
    assert all(text.startswith(prefix(language)) for text in matching)


@pytest.mark.parametrize("pattern", ["a[", "a[]", "[a_b]", "[z-a]", "[a-]", "a\\", "[é]"])
def test_patterns_that_github_refuses(pattern: str) -> None:
    with pytest.raises(ValueError):
        github(pattern)


def test_braces_that_stand_for_more_than_a_machine_holds() -> None:
    with pytest.raises(ValueError, match="more than 256"):
        fnmatch("{a,b}" * 40)


def test_a_prefix_is_what_every_text_begins_with() -> None:
    assert prefix(github("services/delivery/**")) == "services/delivery/"
    assert prefix(azure_path("/src/shipping/")) == "src/shipping"
    assert prefix(fnmatch("src/{delivery,demo}/x")) == "src/de"
    assert prefix(github("ab?c")) == "a"
