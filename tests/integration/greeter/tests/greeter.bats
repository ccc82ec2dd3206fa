@test "the version is the chart's" {
    APP_VERSION=1.2.3 ./greeter pages "$BATS_TEST_TMPDIR"
    grep -F '"version": "1.2.3"' "$BATS_TEST_TMPDIR/version"
}

@test "it greets" {
    ./greeter pages "$BATS_TEST_TMPDIR"
    [ "$(cat "$BATS_TEST_TMPDIR/greeting")" = hello ]
}
