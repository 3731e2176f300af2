"""What a screen reader finds in the running view: every control says what it is.

usage: screen_reader.py CONTROL...
Waits until the view is in the desktop's tree of windows and ticks; each CONTROL is the beginning of a name that must be
there. Needs a session with the accessibility bus; `tests/screen_reader.sh` makes one.
"""

import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

# Roles of what can be pressed, typed into, chosen from or moved.
CONTROLS = {
    Atspi.Role.PUSH_BUTTON,
    Atspi.Role.TOGGLE_BUTTON,
    Atspi.Role.CHECK_BOX,
    Atspi.Role.RADIO_BUTTON,
    Atspi.Role.COMBO_BOX,
    Atspi.Role.ENTRY,
    Atspi.Role.PASSWORD_TEXT,
    Atspi.Role.SLIDER,
    Atspi.Role.SPIN_BUTTON,
    Atspi.Role.LINK,
}
PATIENCE_S = 180


def below(node):
    """A node and all below it."""
    yield node
    for k in range(node.get_child_count()):
        child = node.get_child_at_index(k)
        if child is not None:
            yield from below(child)


def view():
    """The view's nodes as (role, name), or none where it is not there yet."""
    desktop = Atspi.get_desktop(0)
    for k in range(desktop.get_child_count()):
        app = desktop.get_child_at_index(k)
        if app is not None and app.get_name() == "rainier-view":
            return [(node.get_role(), node.get_name() or "") for node in below(app)]
    return []


def main(wanted):
    end = time.monotonic() + PATIENCE_S
    nodes, missing = [], wanted
    while time.monotonic() < end and missing:
        time.sleep(1)
        try:
            nodes = view()
        except GLib.Error:  # The tree changed while it was read.
            continue
        names = [name for _, name in nodes]
        missing = [name for name in wanted if not any(is_.startswith(name) for is_ in names)]
    controls = [(role, name) for role, name in nodes if role in CONTROLS]
    nameless = [Atspi.role_get_name(role) for role, name in controls if not name.strip()]
    windows = [name for role, name in nodes if role == Atspi.Role.FRAME]
    for name in missing:
        print(f"nothing is called {name!r}")
    for role in nameless:
        print(f"a {role} has no name")
    for name in windows:
        if not name:
            print("the window has no name")
    print(f"{len(nodes)} nodes, {len(controls)} controls, {len(nameless)} without a name")
    return 0 if controls and windows and all(windows) and not missing and not nameless else 1


sys.exit(main(sys.argv[1:]))
