"""JUnit's test case with the attributes that say where it is (pytest's xunit1, Jest and others)."""

from __future__ import annotations

from junitparser import Attr, TestCase


class LocatedCase(TestCase):
    """Read and written as junitparser's own."""

    file = Attr()
    line = Attr()
    #: As it is written: junitparser's own raises ValueError for what is no number.
    time = Attr()
