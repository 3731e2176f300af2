#!/usr/bin/env bash
# Reads the view as a screen reader does: a session of its own with the accessibility bus, the view with its windows
# open, and tests/screen_reader.py, which asks for the names of what it finds.
#
# usage: tests/screen_reader.sh VIEW
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
view=$1

# Everything that the session starts ends with it.
read_view() {
    xvfb-run -a -s "-screen 0 1920x1080x24" dbus-run-session -- bash -c '
        set -euo pipefail
        export XDG_RUNTIME_DIR=$(mktemp -d)
        # The bus of accessibility begins when it is asked for; the view shows its tree once a screen reader is said to be there.
        for setting in IsEnabled ScreenReaderEnabled; do
            gdbus call --session --dest org.a11y.Bus --object-path /org/a11y/bus \
                --method org.freedesktop.DBus.Properties.Set org.a11y.Status $setting "<true>" >/dev/null
        done
        view=$1; reader=$2; shift 2
        arguments=(); while [ "$1" != -- ]; do arguments+=("$1"); shift; done; shift
        RUST_LOG=error "$view" --size 1366x768 --quality low "${arguments[@]}" &
        twin=$!
        status=0
        /usr/bin/python3 "$reader" "$@" || status=$?
        kill $twin 2>/dev/null || true
        exit $status' read_view "$view" "$here/screen_reader.py" "$@"
}

site=(--scenario builtin:lab-jobs)
read_view "${site[@]}" --look B01/H1 --slice --alarms --trends --jobs -- \
    Scenario Search Colours "Simulated time" "IT:" bookmarks "Save CSV" "Height of the air slice"
read_view "${site[@]}" --money --growth --one-line --cooling --chart --timeline 2026-06-01 -- Scenario Search
read_view "${site[@]}" --compare builtin:lab-day --edit builtin:lab-day --editor form -- "Start" Change "Run as B"
read_view "${site[@]}" --edit builtin:lab-day --editor text -- "Text of the scenario"
