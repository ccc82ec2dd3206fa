#!/usr/bin/env bash
# The tests of services without the tasks, one service after another. Run at the top of the repository.
#
#   bench/bash/test.sh SERVICE...
#
# BUILD_OPTIONS: for docker buildx build, a line each. Results go to a folder that is removed at the end.
set -euo pipefail

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
mapfile -t options <<<"${BUILD_OPTIONS:-}"
[[ -n ${options[*]} ]] || options=()
# The platform provides buildx as a program of its own; elsewhere it is a plugin.
if command -v docker-buildx >/dev/null; then buildx=(docker-buildx); else buildx=(docker buildx); fi

for service in "$@"; do
    "${buildx[@]}" build --progress=plain --load --provenance=false --sbom=false --target testrunner \
        --file "services/$service/Dockerfile" --tag "bench/$service-testrunner" ${options[@]+"${options[@]}"} .
    docker create "--name=bench-$service-tests" --pull=never "bench/$service-testrunner"
    docker start --attach "bench-$service-tests"
    docker cp "bench-$service-tests:/results/." "$results/$service"
    docker rm --force --volumes "bench-$service-tests"
done
