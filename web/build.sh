#!/usr/bin/env bash
# Builds the browser page into dist/ with cargo and wasm-bindgen alone: what `trunk build --release` does, for machines
# without trunk.
#
# usage: web/build.sh
# WEBGPU=0 leaves out the module that draws with WebGPU, which takes as long again; the page then always draws with
# WebGL2. See web/finish.sh for WASM_OPT and PUBLIC_URL.
set -euo pipefail
cd "$(dirname "$0")/.."
rm -rf dist
web/module.sh view dist
if [ "${WEBGPU:-1}" != 0 ]; then web/module.sh webgpu dist; fi
web/finish.sh dist
ls -l dist
