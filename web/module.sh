#!/usr/bin/env bash
# Builds one module of the page with cargo and tools/bindgen: `view` draws with WebGL2, `webgpu` with WebGPU.
#
# usage: web/module.sh view|webgpu FOLDER
# PROFILE is Cargo's: wasm-release, which is published, without it; the tests also take gate, which is built in minutes.
set -euo pipefail
feature=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
cd "$(dirname "$0")/.."
case $feature in
view) name=rainier-view ;;
webgpu) name=rainier-view-webgpu ;;
*) echo "web/module.sh: '$feature' is neither view nor webgpu" >&2 && exit 2 ;;
esac
profile=${PROFILE:-wasm-release}
cache=${RAINIER_CACHE:-$HOME/.cache/rainier}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$cache/target}
CARGO_TARGET_DIR=$cache/tools cargo build --locked --release --manifest-path tools/Cargo.toml -p bindgen
cargo build --locked --profile "$profile" --target wasm32-unknown-unknown --no-default-features --features "$feature" \
    --bin rainier-view
"$cache/tools/release/bindgen" "$CARGO_TARGET_DIR/wasm32-unknown-unknown/$profile/rainier-view.wasm" "$folder" "$name"
