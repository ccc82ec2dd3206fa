# What every service of the shop answers beside its own pages.
common_pages() { # folder, service
    echo ok >"$1/healthz"
    echo ok >"$1/readyz"
    printf '{"service": "%s", "version": "%s"}\n' "$2" "${APP_VERSION:-unknown}" >"$1/version"
}
