"""Repaint a whole X screen in turn black and white until ended: the most a screen can change."""

import importlib
import itertools
import sys
import time

# Not a whole number of paints a second, or each look would find the picture of the look before.
PAUSE_S = 0.28


def main() -> int:
    """Paint for ever."""
    display = importlib.import_module("Xlib.display").Display()
    screen = display.screen()
    gc = screen.root.create_gc()
    for colour in itertools.cycle((screen.white_pixel, screen.black_pixel)):
        gc.change(foreground=colour)
        screen.root.fill_rectangle(gc, 0, 0, screen.width_in_pixels, screen.height_in_pixels)
        display.sync()
        time.sleep(PAUSE_S)
    return 0


if __name__ == "__main__":
    sys.exit(main())
