#!/usr/bin/env bash
# run.sh CLUSTER up | run.sh CLUSTER EXPORTS BINARY BUN [PART…]: what exports write, on a real Docker engine and a real
# Kubernetes. Both are started if they do not run, and left running, since their first start takes long. A part is a file
# beside this one; `compose` for compose.ts. Ends with `N passed, N failed`.
set -euo pipefail
cluster="$(cd "$1" && pwd)"
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# Whoever measures a run on a new machine gives more.
limit="${CLUSTER_MINUTES:-40}m"
timeout "$limit" bash "$cluster/docker-up.sh"
environment="$(timeout "$limit" bash "$cluster/kube-up.sh")"
eval "$environment"
[ "$2" = up ] && exit 0
export XSERVE_CLUSTER="$cluster" XSERVE_EXPORTS="$(cd "$2" && pwd)" XSERVE_BINARY="$3"
bun="$4"
shift 4
files=()
for part in "${@:-validity containers compose kubernetes volumes examples mixed}"; do for name in $part; do files+=("./tests/cluster/$name.ts"); done; done
exec "$bun" tests/run.ts --timeout 180000 "${files[@]}"
