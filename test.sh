#!/usr/bin/env bash
# The project's tests, on a fresh Debian-like machine with Rust: installs what is missing, then runs the steps of
# tests/steps.ron that a change can have touched. docs/testing.md says which those are.
#
# usage: ./test.sh [quick | all] [--plan] [--only STEP]... [--list]
set -euo pipefail
cd "$(dirname "$0")"
export RAINIER_CACHE=${RAINIER_CACHE:-$HOME/.cache/rainier}
export VENV=$RAINIER_CACHE/venv
mkdir -p "$RAINIER_CACHE/trees"

# What quick does not need: windows, browsers, Python.
if [[ " $* " != *" quick "* ]]; then
    packages=(pkg-config libwayland-dev libxkbcommon-dev libx11-dev libxkbcommon-x11-0 libxcursor1 libxi6 libxrandr2
        mesa-vulkan-drivers xvfb chromium python3-venv brotli
        at-spi2-core dbus gir1.2-atspi-2.0 libglib2.0-bin python3-gi)
    command -v node >/dev/null && command -v npm >/dev/null || packages+=(nodejs npm)
    missing=()
    for package in "${packages[@]}"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok' || missing+=("$package")
    done
    if ((${#missing[@]})); then
        sudo=$([ "$(id -u)" = 0 ] || echo sudo)
        $sudo apt-get update -qq
        DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}"
    fi
    rustup target list --installed | grep -q wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown
    # Steps run in folders below this one, where Node finds what they import.
    if ! cmp -s tests/web/package-lock.json "$RAINIER_CACHE/trees/package-lock.json"; then
        cp tests/web/package.json tests/web/package-lock.json "$RAINIER_CACHE/trees/"
        (cd "$RAINIER_CACHE/trees" && npm ci --no-audit --no-fund --silent) || { rm "$RAINIER_CACHE/trees/package-lock.json"; exit 1; }
    fi
    [ -x "$VENV/bin/python" ] || python3 -m venv "$VENV"
    "$VENV/bin/python" -c 'import pandas, pyarrow, pytest' 2>/dev/null || "$VENV/bin/pip" install -q pandas pyarrow pytest
fi

CARGO_TARGET_DIR=$RAINIER_CACHE/tools cargo build --locked --quiet --manifest-path tools/Cargo.toml -p gate
exec "$RAINIER_CACHE/tools/debug/gate" "$@"
