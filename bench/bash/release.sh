#!/usr/bin/env bash
# The release flow without the tasks, as one writes it into a pipeline: from a commit of main through QA to
# production. Run at the top of a clone whose origin may be pushed to, on the commit to release.
#
#   bench/bash/release.sh SERVICE VERSION
#
# It calls the programs that the tasks call, in their order, and looks at nothing in between: what fails ends it,
# but no policy is weighed, nothing is compared, nothing found again. From the environment:
#   REGISTRY        host and port
#   QA PROD         context and namespace of each, with a slash between them (KUBECONFIG knows the contexts)
#   KEYS            folder with the SSH keys builder, manager and approver, and the file allowed_signers
#   SCANNER         grype, or apt: Debian's security suite, where there is no database of grype's
#   BUILD_OPTIONS   for docker buildx build, a line each
#   TRAFFIC SYFT    folder of the chart that moves traffic, and syft's configuration file
set -euo pipefail

service=$1 version=$2
name=bench-$service folder=services/$service repository=bench/$service
candidate=$REGISTRY/$repository:i-$version released=$REGISTRY/$repository:v$version
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mapfile -t options <<<"${BUILD_OPTIONS:-}"
[[ -n ${options[*]} ]] || options=()
# The platform provides buildx as a program of its own; elsewhere it is a plugin.
if command -v docker-buildx >/dev/null; then buildx=(docker-buildx); else buildx=(docker buildx); fi
digest=''

build() { # stage
    "${buildx[@]}" build --progress=plain --load --provenance=false --sbom=false --target "$1" \
        --file "$folder/Dockerfile" --tag "$repository-$1:$version" ${options[@]+"${options[@]}"} \
        "--metadata-file=$scratch/$1.json" .
}

run_tests() {
    docker create "--name=$name-tests" --pull=never "$repository-testrunner:$version"
    docker start --attach "$name-tests"
    docker cp "$name-tests:/results/." "$scratch/results"
    docker rm --force --volumes "$name-tests"
}

list_contents() {
    docker image save --output "$scratch/image.tar" "$repository-final:$version"
    syft scan --config "$SYFT" "docker-archive:$scratch/image.tar" --quiet \
        --output "cyclonedx-json=$scratch/bom.json"
}

find_vulnerabilities() {
    if [[ $SCANNER == grype ]]; then
        grype db update
        grype "sbom:$scratch/bom.json" --output "json=$scratch/vulnerabilities.json"
    else
        security_suite
    fi
}

security_suite() { # into a folder of its own, as whoever is not root must
    local lists=$scratch/apt archive release
    read -r archive release < <(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
        grep -- '-security$' | head -n 1)
    mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $release main" >"$lists/sources"
    local of_its_own=(-o "Dir::Etc::SourceList=$lists/sources" -o 'Dir::Etc::SourceParts=-' -o 'Dir::Etc::Parts=-'
        -o "Dir::State=$lists" -o "Dir::State::Lists=$lists/lists" -o "Dir::Cache=$lists/cache")
    apt-get -q "${of_its_own[@]}" update
    apt-get "${of_its_own[@]}" indextargets --format '$(FILENAME)' 'Created-By: Packages' |
        while read -r index; do /usr/lib/apt/apt-helper cat-file "$index"; done >"$scratch/vulnerabilities.json"
}

check_chart() { # version
    helm package "$folder/chart" --dependency-update --version "$1" --app-version "$1" --destination "$scratch"
    local environment values=(--set-string "image.registry=$REGISTRY,image.repository=$repository,reason=bench")
    values+=(--set-string "image.tag=v$1,image.digest=sha256:$(printf '0%.0s' {1..64})")
    for environment in dev qa prod; do
        helm lint "$scratch/$service-$1.tgz" --strict --values "$folder/chart/values-$environment.yaml" "${values[@]}"
        helm template "$name" "$scratch/$service-$1.tgz" --skip-tests --namespace "${QA#*/}" \
            --values "$folder/chart/values-$environment.yaml" "${values[@]}" |
            kubectl --context "${QA%/*}" --namespace "${QA#*/}" apply --server-side --force-conflicts \
                --dry-run=server --validate=strict --filename=-
    done
}

push_candidate() {
    docker tag "$repository-final:$version" "$candidate"
    docker push "$candidate"
    digest=$(oras resolve --plain-http "$candidate")
}

attach() { # key, kind, file: signed
    rm -f "$3.sig"
    ssh-keygen -q -Y sign -f "$KEYS/$1" -n "$2@bench" "$3"
    (cd "$(dirname "$3")" && oras attach --plain-http --no-tty --artifact-type "application/vnd.bench.$2" \
        "$REGISTRY/$repository@$digest" "$(basename "$3")" "$(basename "$3").sig")
}

attest() { # what the tests, the scan, the bill, the build and the inputs were
    tar -C "$scratch" -cf "$scratch/tests.tar" results
    git ls-tree -r HEAD -- "$folder" services/shared >"$scratch/inputs.txt"
    local file
    for file in tests.tar vulnerabilities.json bom.json final.json inputs.txt; do
        attach builder evidence "$scratch/$file"
    done
}

check_attached() { # everything that is attached, and its signature
    local piece into signer kind file
    for piece in $(oras discover --plain-http --format json --depth 1 "$REGISTRY/$repository@$digest" |
        grep -o '"digest": *"sha256:[0-9a-f]*"' | grep -o 'sha256:[0-9a-f]*' | grep -vF "$digest" | sort -u); do
        into=$(mktemp -d "$scratch/attached-XXXXXX")
        oras pull --plain-http --no-tty --output "$into" "$REGISTRY/$repository@$piece"
        for file in "$into"/*.sig; do
            kind=evidence signer=builder
            if [[ $file == *approval* ]]; then kind=approval signer=approver; fi
            ssh-keygen -Y verify -f "$KEYS/allowed_signers" -I "$signer" -n "$kind@bench" -s "$file" <"${file%.sig}"
        done
    done
}

cut_release() {
    git fetch --quiet origin
    local record=record/$name/v$version
    git -c gpg.format=ssh -c "user.signingkey=$KEYS/manager" tag --sign --message "$name $version" "$record"
    git push --quiet origin "HEAD:refs/heads/release/$name/v$version" "$record"
}

check_record() {
    git fetch --quiet --tags origin
    git -c "gpg.ssh.allowedSignersFile=$KEYS/allowed_signers" verify-tag "record/$name/v$version"
}

push_version() {
    oras cp --recursive --no-tty --from-plain-http --to-plain-http "$REGISTRY/$repository@$digest" "$released"
    helm push "$scratch/$service-$version.tgz" "oci://$REGISTRY/bench/charts" --plain-http
}

deploy() { # context/namespace, environment, repository, repository of charts
    local where=(--kube-context "${1%/*}" --namespace "${1#*/}") at=$REGISTRY/$3
    mkdir -p "$scratch/$2"
    kubectl --context "${1%/*}" --namespace "${1#*/}" get --raw=/version >/dev/null
    helm pull "oci://$REGISTRY/$4/$service" --version "$version" --destination "$scratch/$2" --plain-http
    helm upgrade "$name" "$scratch/$2/$service-$version.tgz" --install --wait --timeout 120s "${where[@]}" \
        --values "$folder/chart/values-$2.yaml" --description "v$version" --history-max 10 \
        --set-string "image.registry=$REGISTRY,image.repository=${at#"$REGISTRY/"},image.tag=v$version" \
        --set-string "image.digest=$digest,reason=v$version"
    helm test "$name" --logs --timeout 120s "${where[@]}" --filter "!name=$name-end-to-end"
    helm package "$TRAFFIC" --version "$version" --app-version "$version" --destination "$scratch/traffic"
    helm upgrade "$name-traffic" "$scratch/traffic/traffic-$version.tgz" --install "${where[@]}" \
        --set "service=$name-traffic,kind=api,application=bench,active=$name" --description "v$version"
}

approve() {
    helm history "$name" --max 1 --kube-context "${QA%/*}" --namespace "${QA#*/}"
    helm status "$name" --kube-context "${QA%/*}" --namespace "${QA#*/}" >/dev/null
    echo "$digest may go to production" >"$scratch/approval.txt"
    attach approver approval "$scratch/approval.txt"
}

promote() {
    oras cp --recursive --no-tty --from-plain-http --to-plain-http \
        "$REGISTRY/bench/charts/$service:$version" "$REGISTRY/prod/bench/charts/$service:$version"
    oras cp --recursive --no-tty --from-plain-http --to-plain-http \
        "$REGISTRY/$repository@$digest" "$REGISTRY/prod/$repository:v$version"
}

# main's pipeline
build build
build testrunner
run_tests
build final
list_contents
find_vulnerabilities
check_chart 0.0.0-unreleased
push_candidate
attest
# the release manager, and the release branch's pipeline
cut_release
check_attached
find_vulnerabilities
check_chart "$version"
check_record
push_version
deploy "$QA" qa "$repository" bench/charts
# the approver, and the delivery job
approve
check_attached
check_record
promote
deploy "$PROD" prod "prod/$repository" prod/bench/charts
