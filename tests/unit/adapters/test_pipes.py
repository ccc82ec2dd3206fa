"""Whoever reads a program's stream closes it, and so does who abandons it; never both."""

from __future__ import annotations

import io

from build_tasks.adapters.programs.pipes import LineReader


def reader_of(stream: io.BytesIO, lines: list[str]) -> LineReader:
    return LineReader(stream, lines.append, lambda: None)


def test_what_was_abandoned_is_closed_and_a_thread_that_comes_late_leaves_it_alone() -> None:
    stream, lines = io.BytesIO(b"one\n"), list[str]()
    reader = reader_of(stream, lines)
    reader.abandon()
    assert stream.closed
    reader.start()
    assert (reader.result(), lines) == (b"", [])


def test_what_a_thread_reads_is_read_to_its_end() -> None:
    stream, lines = io.BytesIO(b"one\ntwo\n"), list[str]()
    reader = reader_of(stream, lines)
    reader.start()
    assert reader.result() == b"one\ntwo\n"
    reader.abandon()
    assert (stream.closed, lines) == (True, ["one", "two"])
