#!/usr/bin/env bash
# Makes the animation of the README, docs/images/site-to-chip.webp, from a film of the native view.
#
# usage: docs/animation.sh VIEW
# VIEW is the program rainier-view. Needs xvfb-run and ffmpeg; takes some minutes where nothing but the processor draws.
set -euo pipefail
cd "$(dirname "$0")/.."
view=$1
command -v ffmpeg >/dev/null || { echo "docs/animation.sh: install ffmpeg" >&2 && exit 2; }
frames=$(mktemp -d)
trap 'rm -r "$frames"' EXIT
xvfb-run -a -s "-screen 0 1280x800x24" "$view" --walk docs/animation/walk.ron --pictures "$frames"
ffmpeg -v error -y -framerate 12 -i "$frames/site-to-chip-%04d.png" -vf "scale=640:360:flags=lanczos" \
    -c:v libwebp_anim -lossless 0 -q:v "${QUALITY:-62}" -compression_level 6 -loop 0 docs/images/site-to-chip.webp
ls -l docs/images/site-to-chip.webp
