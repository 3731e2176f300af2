#!/usr/bin/env bash
# Builds the browser page with cargo and tools/bindgen: what `trunk build --release` does, for machines without trunk.
#
# usage: web/build.sh [FOLDER]
# FOLDER is dist without it. WEBGPU=0 leaves out the module that draws with WebGPU, which takes as long again; the page then always draws with
# WebGL2. See web/finish.sh for WASM_OPT and PUBLIC_URL.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-dist}
rm -rf "$folder"
web/module.sh view "$folder"
if [ "${WEBGPU:-1}" != 0 ]; then web/module.sh webgpu "$folder"; fi
web/finish.sh "$folder"
ls -l "$folder"
