"""Files that nobody should have to read: one clear finding each, and no traceback."""

from __future__ import annotations

import pytest

from build_tasks.model.ci_lint import LintFinding, LintRule
from build_tasks.planning.ci_lint.files.reading import LARGEST, read


def only(content: bytes) -> LintFinding:
    document = read(content, "a.yml")
    [finding] = document.findings
    assert finding.file == "a.yml"
    return finding


@pytest.mark.parametrize(
    ("content", "line", "why"),
    [
        (b"trigger:\n\t- main\n", 2, "not YAML: found character '\\t' that cannot start any token"),
        (b"a: 1\nb: [1, 2\nc: 3\n", 3, "not YAML: expected ',' or ']', but got ':'"),
        (b"a: 1\n  b: 2\n", 2, "not YAML: mapping values are not allowed here"),
        (b"a: *nobody\n", 1, "not YAML: found undefined alias 'nobody'"),
        (b"a: 1\nb: \xff\n", 2, "it is not UTF-8"),
        (b"a: \x00\n", 1, "not YAML: unacceptable character #x0000: special characters are not allowed"),
        (b"a: &a\n  b: *a\n", 1, "an anchor that holds itself"),
        (b"[" * 1_000, 1, "it is nested more than 40 deep"),
        (b"a: " + b"[" * 100 + b"]" * 100, 1, "it is nested more than 40 deep"),
        (b"x" * 10 * 1024**2, 1, f"it is larger than {LARGEST // 1024} KiB, which no pipeline is"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_file_that_cannot_be_read(content: bytes, line: int, why: str) -> None:
    finding = only(content)
    assert (finding.rule, finding.line, finding.message) == (LintRule.UNREADABLE, line, why)
    assert read(content, "a.yml").root is None


def test_a_billion_laughs() -> None:
    laughs = ["a0: &a0 [ha, ha]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    finding = only("\n".join(laughs).encode())
    assert finding.rule is LintRule.UNREADABLE
    assert finding.message == "it holds more than 100,000 values, anchors expanded"


def test_anchors_one_upon_the_other_are_deep_too() -> None:
    chain = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 100)]
    assert only("\n".join(chain).encode()).message == "it is nested more than 40 deep"


def test_a_key_twice() -> None:
    finding = only(b"trigger: none\nsteps: []\ntrigger:\n- main\n")
    assert (finding.rule, finding.line) == (LintRule.DUPLICATE_KEY, 3)
    assert finding.message == "the key 'trigger' stands on line 1 already: one of them is lost"
    assert only(b"a: {b: 1, b: 2}").rule is LintRule.DUPLICATE_KEY


def test_anchors_and_merge_keys() -> None:
    """A key's own value wins over a merged one, and the first merged one over others."""
    content = b"x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: 9\nw: {<<: *y}\n"
    root = read(content, "a.yml").root
    assert root is not None
    z, w = root.get("z"), root.get("w")
    assert z is not None and w is not None
    assert {key.text: value.text for key, value in z.entries()} == {"a": "9", "b": "2", "c": "4"}
    assert (w.word("c"), w.word("a"), z.word("a", "b")) == ("4", "", "")
    b = z.get("b")
    assert b is not None and b.place.line == 1


def test_nothing_is_no_mistake() -> None:
    for content in (b"", b"# only words\n", b"---\n"):
        assert read(content, "a.yml").findings == ()


def test_a_header_comes_before_what_counts() -> None:
    root = read(b"spec:\n  inputs: {}\n---\njob:\n  script: make\n", ".gitlab-ci.yml").root
    assert root is not None and root.word("job", "script") == "make"
    first = read(b"steps: []\n---\nother: 1\n", "a.yml").root
    assert first is not None and first.get("steps") is not None


def test_a_byte_order_mark_and_odd_keys() -> None:
    root = read(b"\xef\xbb\xbfon: push\n? [a, b]\n: c\n", "a.yml").root
    assert root is not None and root.word("on") == "push"
    assert [key.text for key, _ in root.entries()] == ["on"]
