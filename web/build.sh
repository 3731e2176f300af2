#!/usr/bin/env bash
# Builds the browser page into dist/ with cargo and wasm-bindgen alone: what `trunk build --release` does,
# for machines without trunk.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/rainier/target}
tools=$HOME/.cache/rainier/tools
version=$(sed -n '/^name = "wasm-bindgen"$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)
if ! "$tools/bin/wasm-bindgen" --version 2>/dev/null | grep -q " $version\$"; then
    CARGO_TARGET_DIR=$tools cargo install wasm-bindgen-cli --version "$version" --root "$tools" --force
fi
cargo build --profile wasm-release --target wasm32-unknown-unknown --no-default-features --features view --bin rainier-view
mkdir -p dist
"$tools/bin/wasm-bindgen" --target web --no-typescript --out-dir dist \
    "$CARGO_TARGET_DIR/wasm32-unknown-unknown/wasm-release/rainier-view.wasm"
grep -v 'data-trunk' web/index.html >dist/index.html
ls -l dist
