#!/bin/bash
# Hands a sweep to Kubernetes and waits for its table; ends as collecting does: 0, or 5 where runs have no result. Flags,
# such as a namespace, are passed on to kubectl. Called again, it goes on with what is left.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
flags=("$@")
kube() { kubectl ${flags[@]+"${flags[@]}"} "$@"; }

# Does a job and prints what its pods said last; fails if the job does.
do_job() { # FILE NAME
    local ended=''
    # One that is there has ended or is not watched any more. Finished runs stay.
    kube delete job "$2" --ignore-not-found
    kube apply -f "$here/$1"
    until [[ " $ended " == *" Complete "* || " $ended " == *" Failed "* ]]; do
        sleep 2
        ended=$(kube get job "$2" -o 'jsonpath={.status.conditions[?(@.status=="True")].type}')
    done
    kube logs --selector="job-name=$2" --tail=20 --prefix || true
    [[ " $ended " == *" Complete "* ]] || echo "job $2 has failed" >&2
    [[ " $ended " == *" Complete "* ]]
}

do_job sweep.yaml rainier-sweep-@ID@ || exit 1
do_job collect.yaml rainier-collect-@ID@ || {
    codes=$(kube get pods --selector="job-name=rainier-collect-@ID@" \
        -o 'jsonpath={.items[*].status.containerStatuses[0].state.terminated.exitCode}')
    exit "${codes##* }"
}
