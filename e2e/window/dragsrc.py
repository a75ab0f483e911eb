#!/usr/bin/python3
"""A small window that offers files for a drag: dragsrc.py X Y FILE...

The other half of a real drop: what a file manager would be. The pointer is moved by somebody else (display.mjs).
Says on stdout, one word a line: ready, begin, accepted (the window under the pointer would take the files), data-get,
and at the end of the drag `end` or `failed`; then it quits.
"""
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402

x, y = int(sys.argv[1]), int(sys.argv[2])
uris = [GLib.filename_to_uri(path) for path in sys.argv[3:]]


def say(word):
    print(word, flush=True)


def begin(_widget, context):
    say("begin")

    # GTK keeps the target's answer but tells nobody when it comes.
    def look():
        if context.get_selected_action():
            say("accepted")
            return GLib.SOURCE_REMOVE
        return GLib.SOURCE_CONTINUE

    GLib.timeout_add(15, look)


def give(_widget, _context, data, _info, _time):
    data.set_uris(uris)
    say("data-get")


failed = False


def fail(_widget, _context, _result):
    global failed
    failed = True
    return True  # without GTK's animation of the icon flying home


def end(*_):
    say("failed" if failed else "end")
    Gtk.main_quit()


window = Gtk.Window(title="dragsrc", decorated=False)
window.set_default_size(100, 60)
window.move(x, y)
box = Gtk.EventBox()
box.add(Gtk.Label(label="drag me"))
box.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
box.drag_source_add_uri_targets()
box.connect("drag-begin", begin)
box.connect("drag-data-get", give)
box.connect("drag-failed", fail)
box.connect("drag-end", end)
window.add(box)
window.connect("destroy", Gtk.main_quit)
window.connect("map-event", lambda *_: say("ready"))
window.show_all()
Gtk.main()
