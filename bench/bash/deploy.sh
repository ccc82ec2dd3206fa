#!/usr/bin/env bash
# What one types without the tasks: build, push, helm upgrade --install --wait. Run at the top of the repository.
#
#   bench/bash/deploy.sh SERVICE REGISTRY NAMESPACE [option of docker buildx build]...
#
# The release is bench-SERVICE, so that it stands beside what the tasks deploy.
set -euo pipefail

service=$1 registry=$2 namespace=$3
shift 3
folder=services/$service
image=bench/$service
tag=$(date +%s%N)

# The platform provides buildx as a program of its own; elsewhere it is a plugin.
if command -v docker-buildx >/dev/null; then buildx=(docker-buildx); else buildx=(docker buildx); fi

"${buildx[@]}" build --progress=plain --load --provenance=false --target final \
    --file "$folder/Dockerfile" --tag "$registry/$image:$tag" "$@" .
digest=$(docker push "$registry/$image:$tag" | sed -n 's/.*digest: \(sha256:[0-9a-f]*\).*/\1/p')

helm upgrade --install "bench-$service" "$folder/chart" --namespace "$namespace" --dependency-update \
    --values "$folder/chart/values-$namespace.yaml" \
    --set-string "image.registry=$registry,image.repository=$image,image.tag=$tag,image.digest=$digest" \
    --set-string "reason=by hand" --wait --timeout 5m
