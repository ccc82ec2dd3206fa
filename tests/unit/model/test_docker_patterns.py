"""Patterns mean what they mean to Docker.

The answers of both tables were compared with moby/patternmatcher's own and with Go's filepath.Match.
"""

from __future__ import annotations

import pytest

from build_tasks.model.docker_patterns import (
    Patterns,
    ignore_lines,
    is_pattern,
    literal_folder,
    source_match,
    source_may_match_below,
)

#: An ignore file, paths that it leaves out, paths that it does not.
IGNORED: list[tuple[str, list[str], list[str]]] = [
    ("", [], ["a"]),
    ("a", ["a", "a/b", "a/b/c"], ["ab", "b/a", "A"]),
    ("/a/", ["a", "a/b"], ["b/a"]),
    ("./a//b", ["a/b", "a/b/c"], ["a"]),
    ("a/../b", ["b"], ["a"]),
    ("..", [], ["a"]),
    (".", [], ["a"]),
    ("/", [], ["a"]),
    ("# a\n#b\n c # d", ["c # d"], ["a", "b", "#b", "c"]),
    ("\ufeffa\r\nb\r\n", ["a", "b"], ["\ufeffa"]),
    ("*", ["a", ".a", "a/b"], []),
    ("*.md", ["a.md", "a.md/b"], ["b/a.md", "amd"]),
    ("*/*.md", ["b/a.md", "b/a.md/c"], ["a.md", "c/b/a.md"]),
    ("a/?", ["a/b", "a/b/c"], ["a", "a/bc", "a/"]),
    ("a?c", ["abc"], ["a/c"]),
    ("[a-c]x", ["ax", "bx"], ["dx", "x"]),
    ("[^a]x", ["bx"], ["ax"]),
    (r"\*a", ["*a"], ["ba"]),
    ("[[]a", ["[a"], ["a"]),
    ("**", ["a", "a/b"], []),
    ("**/a", ["a", "b/a", "c/b/a", "b/a/c"], ["ba", "b/ab"]),
    ("**a", ["a", "ba", "c/ba", "ba/c"], ["ab"]),
    ("**/a/b", ["a/b", "x/a/b", "x/a/b/c"], ["xa/b", "a/c/b"]),
    ("**/*.go", ["x.go", "a/x.go", "a/b/x.go"], ["x.gob"]),
    ("a/**", ["a/b", "a/b/c"], ["a", "ab"]),
    ("a**", ["a", "ab", "a/b"], ["b/a"]),
    ("a/**/b", ["a/b", "a/x/b", "a/x/y/b", "a/b/c"], ["a", "ab", "a/xb"]),
    ("*/**", ["a/b", "a/b/c"], ["a"]),
    ("**/.*_cache", [".x_cache", "a/.x_cache", "a/.x_cache/b"], ["x_cache"]),
    ("a.b+(c)|{d}$", ["a.b+(c)|{d}$"], ["axb"]),
    ("a\n!a/b", ["a", "a/c"], ["a/b", "a/b/c"]),
    ("!a/b\na", ["a/b"], []),
    ("a\n!a/b\na/b/c", ["a/b/c", "a/x"], ["a/b", "a/b/d"]),
    ("**\n!src\nsrc/**/*_test.go", ["a", "src/x_test.go", "src/a/x_test.go"], ["src", "src/x.go"]),
    ("*\n!*.md\n!**/keep", ["a", "a/b"], ["a.md", "a/keep", "a/keep/b"]),
    ("a\n! a/b", ["a"], ["a/b"]),
]

#: A source of COPY, paths that it copies, paths that it does not.
COPIED: list[tuple[str, list[str], list[str]]] = [
    ("*", ["a", "a/b", ".a"], []),
    ("*.lock", ["a.lock", "a.lock/b"], ["b/a.lock", "a.lockx"]),
    ("a/*.lock", ["a/b.lock"], ["a.lock", "a/c/b.lock"]),
    ("a/*/b", ["a/x/b", "a/x/b/c"], ["a/b", "a/x/y/b", "a/x"]),
    ("a/**/b", ["a/x/b"], ["a/b", "a/x/y/b"]),
    ("**", ["a", "a/b"], []),
    ("a/[bc]/d", ["a/b/d", "a/c/d/e"], ["a/d/d", "a/bc/d"]),
    ("a[^b]c", ["axc"], ["abc"]),
    ("a?c", ["abc"], ["a/c", "ac"]),
    ("arr[[]0].txt", ["arr[0].txt"], ["arr0.txt"]),
    (r"a\*b", ["a*b"], ["axb"]),
    ("a[x&&y~|[]b", ["a&b", "a~b", "a[b"], ["azb", "a-b"]),
    ("a.b", ["a.b"], ["axb"]),
]


@pytest.mark.parametrize(("text", "ignored", "kept"), IGNORED, ids=[repr(row[0]) for row in IGNORED])
def test_an_ignore_file(text: str, ignored: list[str], kept: list[str]) -> None:
    patterns = Patterns(ignore_lines(text))
    assert [path for path in (*ignored, *kept) if patterns.match(path)] == ignored


@pytest.mark.parametrize(("pattern", "copied", "left"), COPIED, ids=[row[0] for row in COPIED])
def test_a_source_of_copy(pattern: str, copied: list[str], left: list[str]) -> None:
    match = source_match(pattern)
    assert [path for path in (*copied, *left) if match(path)] == copied


@pytest.mark.parametrize("line", ["a[b", "[]", "[^]", "[a-]", "[-a]", "[z-a]", "a\\", "!", "! ", "!/"])
def test_what_docker_refuses(line: str) -> None:
    with pytest.raises(ValueError, match=r"begins no list|backslash|takes nothing back|bad character range"):
        Patterns(ignore_lines(line))


@pytest.mark.parametrize("pattern", ["a[b", "[]", "a\\"])
def test_what_go_calls_malformed(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"begins no list|backslash"):
        source_match(pattern)


@pytest.mark.parametrize(
    ("pattern", "folder"),
    [
        ("a", "a"),
        ("a/b.c", "a/b.c"),
        ("*", "."),
        ("a/*", "a"),
        ("a/b*/c", "a"),
        ("[a]/b", "."),
        (r"a/\b", "a"),
    ],
)
def test_where_a_pattern_is_looked_for(pattern: str, folder: str) -> None:
    assert literal_folder(pattern) == folder
    assert is_pattern(pattern) == (pattern != folder)


@pytest.mark.parametrize(
    ("text", "folder", "below"),
    [
        ("vendor", "vendor", True),
        ("vendor", "vendor/lib", True),
        ("vendor\n!other", "vendor/lib", True),
        ("vendor\n!vendor/lib/x", "vendor/lib", False),
        ("vendor\n!vendor", "vendor/lib", False),
        ("**\n!**/x", "vendor/lib", False),
        ("other", "vendor", False),
    ],
)
def test_whether_everything_in_a_folder_is_ignored(text: str, folder: str, below: bool) -> None:
    assert Patterns(ignore_lines(text)).match_all_below(folder) == below


@pytest.mark.parametrize(
    ("lines", "folder", "may"),
    [
        (["a/b"], "a", True),
        (["a/*.x"], "a", True),
        (["**/*.x"], "a", True),
        (["a"], "a/b", True),
        (["a/b"], "c", False),
        (["!a"], "a", False),
    ],
)
def test_whether_something_in_a_closed_folder_may_be_meant(lines: list[str], folder: str, may: bool) -> None:
    assert Patterns(lines).may_match_below(folder) == may


def test_the_places_of_patterns() -> None:
    assert Patterns(["a/*.x", "!a/b.x", "c", "a/*.y", "**/z"]).roots() == ["a", "c", "."]


@pytest.mark.parametrize(
    ("pattern", "folder", "may"),
    [
        ("vendor/*/src", "vendor/lib", True),
        ("vendor/*/src", "vendor", True),
        ("vendor/l*/src/*.c", "vendor/lib", True),
        ("vendor/l*/src", "vendor/other", False),
        ("vendor/*", "vendor/lib", False),
        ("*/x", "a/b", False),
        ("a[/]b/*", "a[", True),
    ],
)
def test_whether_copy_may_reach_into_a_closed_folder(pattern: str, folder: str, may: bool) -> None:
    """What it copies as a whole is not asked for here."""
    assert source_may_match_below(pattern, folder) == may
