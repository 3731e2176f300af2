#!/usr/bin/env bash
# Runs every test on a fresh Debian-like machine: installs what is missing, then the model and the command line in
# debug and release, the view natively under software rendering, and the page in Chromium.
# ENGINES=1 also installs Slurm, Ray and runc and runs a sweep on each engine.
# WEBGPU=1 builds and tests the page's second module in any case, WEBGPU=0 in none; otherwise time decides.
# KEEP_PICTURES=1 takes the pictures of this run as those to compare with.
set -euo pipefail
cd "$(dirname "$0")"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/rainier/target}
mkdir -p "$CARGO_TARGET_DIR"
# Time within which the page must be reached so that both of its modules are built and tested, s.
SPARE_S=1320
step() { printf '\n== %s (%s)\n' "$1" "$(date +%H:%M:%S)"; }

step "Packages"
packages=(pkg-config libwayland-dev libxkbcommon-dev libx11-dev libxkbcommon-x11-0 libxcursor1 libxi6 libxrandr2
    mesa-vulkan-drivers xvfb chromium python3-venv brotli
    at-spi2-core dbus gir1.2-atspi-2.0 libglib2.0-bin python3-gi)
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
[ "$("$program" --version)" = "$("$CARGO_TARGET_DIR/debug/rainier" --version)" ] || { echo "debug and release are two programs"; exit 1; }
for threads in 1 2; do
    digest=$("$program" run assets/scenarios/lab-day.ron --json --threads $threads | sed -n 's/.*"digest": "\(.*\)".*/\1/p')
    [ "$digest" = "$golden" ] || { echo "release, $threads threads: $digest is not $golden"; exit 1; }
done
"$program" bench --ticks 60

step "From Python: the package and its example"
venv=$(dirname "$CARGO_TARGET_DIR")/venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -c 'import pandas, pyarrow, pytest' 2>/dev/null || "$venv/bin/pip" install -q pandas pyarrow pytest
RAINIER=$program PYTHONPATH=python "$venv/bin/python" -m pytest -q -p no:cacheprovider python/tests
if [ -n "${ENGINES:-}" ]; then
    step "A table of a sweep in pandas, Polars and DuckDB"
    tests/engines/readers.sh
    step "A sweep on Slurm"
    tests/engines/slurm.sh
    step "A sweep on Ray"
    tests/engines/ray.sh
    step "A sweep by Kubernetes' job files"
    tests/engines/kubernetes.sh
fi

step "The view: lints, tests, flags, and pictures of its window rendered in software"
cargo clippy --locked --release --features view --bin rainier-view -- -D warnings
# Its tests are built from what it is built from: `cargo test` would build all of Bevy again, for the tests' libraries.
cargo rustc --locked --release --features view --bin rainier-view -- --test
"$CARGO_TARGET_DIR/release/rainier-view" --quiet
cargo build --locked --release --features view --bin rainier-view
view=$CARGO_TARGET_DIR/release/rainier-view
"$view" --help | grep -q -- '--scenario'
for wrong in '--overlay heat' '--size 10x10' '--at -1 --shot x.png' '--look B99' '--scenario nowhere.ron' '--site builtin:none' \
    '--link #2' '--link #1&a=builtin:none' '--edit x.ron --editor heat' \
    '--walk nowhere.ron --pictures x' '--walk tests/walks/lab.ron' '--scale 9'; do
    status=0
    # shellcheck disable=SC2086 # the words of a flag
    "$view" $wrong >/dev/null 2>&1 || status=$?
    ((status == 2)) || { echo "rainier-view $wrong ends with $status, not 2"; exit 1; }
done
step "What frames cost, on a device that draws nothing"
RUST_LOG=error "$view" --size 1366x768 --measure 40

pictures=$(mktemp -d)
# A view and the view of its link are the same.
link=$(xvfb-run -a -s "-screen 0 1280x800x24" "$view" --size 640x400 --shot "$pictures/view.png" --print-link --at 900 \
    --look B01/H1 --scenario builtin:lab-day --overlay inlet --roofs --base-url https://example.org/ 2>/dev/null)
again=$(xvfb-run -a -s "-screen 0 1280x800x24" "$view" --size 640x400 --shot "$pictures/again.png" --print-link \
    --link "$link" --base-url https://example.org/ 2>/dev/null)
[ -n "$link" ] && [ "$link" = "$again" ] || { echo "the link $link shows $again"; exit 1; }
node tests/web/compare.mjs "$pictures/view.png" "$pictures/again.png"
tests/walks.sh "$view"

step "The view as a screen reader finds it"
tests/screen_reader.sh "$view"

# The module for WebGPU is compiled for itself. A machine that had to compile everything else first has no time for it.
webgpu=${WEBGPU:-$((SECONDS < SPARE_S))}
step "The page in Chromium, $([ "$webgpu" = 0 ] && echo without || echo with) the module for WebGPU"
WEBGPU=$webgpu web/build.sh
[ "$webgpu" = 0 ] || node tests/web/webgpu.mjs dist "$golden"
node tests/web/smoke.mjs dist assets/scenarios/lab-day.ron 60 "$golden"
node tests/web/share.mjs dist
node tests/web/robust.mjs dist
node tests/web/walk.mjs dist
step "Done"
