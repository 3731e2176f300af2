#!/usr/bin/env bash
# Runs every test on a fresh Debian-like machine: installs what is missing, then the model and the command line in
# debug and release, the view natively under software rendering, and the page in Chromium.
set -euo pipefail
cd "$(dirname "$0")"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/rainier/target}
mkdir -p "$CARGO_TARGET_DIR"
step() { printf '\n== %s (%s)\n' "$1" "$(date +%H:%M:%S)"; }

step "Packages"
packages=(pkg-config libwayland-dev libxkbcommon-dev libx11-dev libxkbcommon-x11-0 libxcursor1 libxi6 libxrandr2
    mesa-vulkan-drivers xvfb chromium)
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
(cd tests/web && npm ci --no-audit --no-fund --silent)

step "Format"
cargo fmt --check

step "Lints of the library and the command line"
cargo clippy --locked --all-targets -- -D warnings

step "Tests in debug"
cargo test --locked

step "Digest in release"
cargo build --locked --release
golden=$(cat tests/golden/lab-day.digest)
program=$CARGO_TARGET_DIR/release/rainier
for threads in 1 2; do
    digest=$("$program" run assets/scenarios/lab-day.ron --json --threads $threads | sed -n 's/.*"digest": "\(.*\)".*/\1/p')
    [ "$digest" = "$golden" ] || { echo "release, $threads threads: $digest is not $golden"; exit 1; }
done
"$program" bench --ticks 60

step "The view in a window, rendered in software"
cargo build --locked --release --features view --bin rainier-view
picture=$(mktemp -d)/campus.png
xvfb-run -a -s "-screen 0 1280x800x24" "$CARGO_TARGET_DIR/release/rainier-view" --shot "$picture" --at 3600 2>"$picture.log" \
    || { cat "$picture.log"; exit 1; }
size=$(stat -c %s "$picture")
((size > 100000)) || { echo "the picture of the window has only $size bytes: is it blank?"; exit 1; }
echo "a picture of $size bytes"

step "The page in Chromium"
web/build.sh
node tests/web/smoke.mjs dist assets/scenarios/lab-day.ron 60 "$golden"
step "Done"
