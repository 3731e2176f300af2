#!/usr/bin/env bash
# Builds the browser page into dist/ with cargo and wasm-bindgen alone: what `trunk build --release` does,
# for machines without trunk.
#
# usage: web/build.sh [--webgpu]
# --webgpu builds a second module that draws with WebGPU; the page then takes it where the browser has WebGPU. It takes as
# long again. See web/finish.sh for WASM_OPT and PUBLIC_URL.
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1:-}" in
'') kinds=(view) ;;
--webgpu) kinds=(view webgpu) ;;
*) echo "web/build.sh: '$1' is not --webgpu" >&2 && exit 2 ;;
esac
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/rainier/target}
tools=$HOME/.cache/rainier/tools
version=$(sed -n '/^name = "wasm-bindgen"$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)
if ! "$tools/bin/wasm-bindgen" --version 2>/dev/null | grep -q " $version\$"; then
    CARGO_TARGET_DIR=$tools cargo install wasm-bindgen-cli --version "$version" --root "$tools" --force
fi
rm -rf dist
mkdir -p dist
for kind in "${kinds[@]}"; do
    name=rainier-view
    [ "$kind" = view ] || name=rainier-view-$kind
    cargo build --locked --profile wasm-release --target wasm32-unknown-unknown --no-default-features --features "$kind" \
        --bin rainier-view
    "$tools/bin/wasm-bindgen" --target web --no-typescript --out-dir dist --out-name "$name" \
        "$CARGO_TARGET_DIR/wasm32-unknown-unknown/wasm-release/rainier-view.wasm"
done
web/finish.sh dist
ls -l dist
