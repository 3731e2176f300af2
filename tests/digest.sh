#!/usr/bin/env bash
# Whether a program gives the digest that is kept, on one thread and on two.
#
# usage: tests/digest.sh PROGRAM
set -euo pipefail
cd "$(dirname "$0")/.."
program=$1
golden=$(cat tests/golden/lab-day.digest)
for threads in 1 2; do
    digest=$("$program" run assets/scenarios/lab-day.ron --json --threads $threads | sed -n 's/.*"digest": "\(.*\)".*/\1/p')
    [ "$digest" = "$golden" ] || { echo "$program, $threads threads: $digest is not $golden"; exit 1; }
done
echo "$program: $golden on 1 and 2 threads"
