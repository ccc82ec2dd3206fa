@test "the version is the one it was deployed under" {
    APP_VERSION=1.2.3 ./catalogue pages "$BATS_TEST_TMPDIR"
    grep -F '"version": "1.2.3"' "$BATS_TEST_TMPDIR/version"
}

@test "it has books" {
    ./catalogue pages "$BATS_TEST_TMPDIR"
    grep -F Dune "$BATS_TEST_TMPDIR/books"
}
