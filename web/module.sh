#!/usr/bin/env bash
# Builds one module of the page with cargo and wasm-bindgen: `view` draws with WebGL2, `webgpu` with WebGPU.
#
# usage: web/module.sh view|webgpu FOLDER
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
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/rainier/target}
tools=$HOME/.cache/rainier/tools
version=$(sed -n '/^name = "wasm-bindgen"$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)
if ! "$tools/bin/wasm-bindgen" --version 2>/dev/null | grep -q " $version\$"; then
    CARGO_TARGET_DIR=$tools cargo install wasm-bindgen-cli --version "$version" --root "$tools" --force
fi
cargo build --locked --profile wasm-release --target wasm32-unknown-unknown --no-default-features --features "$feature" \
    --bin rainier-view
"$tools/bin/wasm-bindgen" --target web --no-typescript --out-dir "$folder" --out-name "$name" \
    "$CARGO_TARGET_DIR/wasm32-unknown-unknown/wasm-release/rainier-view.wasm"
