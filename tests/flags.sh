#!/usr/bin/env bash
# What the view does with its flags: wrong ones end with 2, a link shows the view that it was made of, and frames are measured
# on a device that draws nothing, which also holds how many things are drawn.
#
# usage: tests/flags.sh VIEW
set -euo pipefail
cd "$(dirname "$0")/.."
view=$1
"$view" --help | grep -q -- '--scenario'
for wrong in '--overlay heat' '--size 10x10' '--at -1 --shot x.png' '--look B99' '--scenario nowhere.ron' '--site builtin:none' \
    '--link #2' '--link #1&a=builtin:none' '--edit x.ron --editor heat' \
    '--walk nowhere.ron --pictures x' '--walk tests/walks/lab.ron' '--scale 9'; do
    status=0
    # shellcheck disable=SC2086 # the words of a flag
    "$view" $wrong >/dev/null 2>&1 || status=$?
    ((status == 2)) || { echo "rainier-view $wrong ends with $status, not 2"; exit 1; }
done
RUST_LOG=error "$view" --size 1366x768 --measure 40

pictures=$(mktemp -d)
trap 'rm -r "$pictures"' EXIT
link=$(xvfb-run -a -s "-screen 0 1280x800x24" "$view" --size 640x400 --shot "$pictures/view.png" --print-link --at 900 \
    --look B01/H1 --scenario builtin:lab-day --overlay inlet --roofs --base-url https://example.org/ 2>/dev/null)
again=$(xvfb-run -a -s "-screen 0 1280x800x24" "$view" --size 640x400 --shot "$pictures/again.png" --print-link \
    --link "$link" --base-url https://example.org/ 2>/dev/null)
[ -n "$link" ] && [ "$link" = "$again" ] || { echo "the link $link shows $again"; exit 1; }
node tests/web/compare.mjs "$pictures/view.png" "$pictures/again.png"
