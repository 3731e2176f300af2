#!/bin/bash
# Hands a sweep to Slurm; OUT must be on a file system that all nodes share. Flags are passed on to sbatch.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
array=$(sbatch --parsable --chdir=@HERE@ --output="$here/task-%a.log" --open-mode=append "$@" "$here/sweep.sbatch")
collect=$(sbatch --parsable --chdir=@HERE@ --output="$here/collect.log" --dependency="afterok:$array" \
    --kill-on-invalid-dep=yes "$@" "$here/collect.sbatch")
echo "array $array, then collect $collect"
