#!/bin/bash
# Hands a sweep to Kubernetes. Flags, such as a namespace, are passed on to kubectl.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
kubectl "$@" apply -f "$here/sweep.yaml"
kubectl "$@" wait --for=condition=complete --timeout=-1s job/rainier-sweep
kubectl "$@" apply -f "$here/collect.yaml"
kubectl "$@" wait --for=condition=complete --timeout=-1s job/rainier-collect
