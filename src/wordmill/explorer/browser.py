"""The browser of the person at this machine."""

from __future__ import annotations

import os
import sys
import threading
import webbrowser

__all__ = ["open_browser"]


def open_browser(address: str) -> bool:
    """Open an address in the browser, where there is a screen to see it on; return whether one was asked to.

    Without a screen, Python would take a browser of the terminal, and the terminal with it.
    """
    on_a_screen = sys.platform in ("win32", "darwin") or any(os.environ.get(name) for name in _SCREENS)
    if not on_a_screen:
        return False
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return False
    threading.Thread(target=found.open, args=[address], daemon=True).start()  # it may wait for the page
    return True


_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")
