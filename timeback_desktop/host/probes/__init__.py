"""What the operating system can tell of one second, each part behind a sensor of its own.

``selection`` chooses, ``system`` is the port that the window gets, ``sensor`` keeps a broken
sensor from doing harm; the rest are the sensors of X11, D-Bus, Windows and macOS.

Decisions worth remembering:

* The screen is read as one-pixel-high strips, cut into 64 x 18 tiles. Measured, one look in
  a second: 1.9 ms of processor time for a screen at rest, 3 ms when all of it changes, at
  1080p as at 4K; 36 strips cost 3.3 to 6 ms, a full grab 10 to 36. Pixels become sums of
  tiles in the call that reads them; between two looks only those sums and one keyed hash a
  strip are kept. Neither the clock of the desktop nor the pointer is masked: the pointer
  isn't in the picture, a clock's digits are at most a few of 1152 tiles.
* Nothing listens. Input is counted from the server's queue once a second (a twentieth of what
  callbacks cost) and only where it's switched on; key identity is dropped while parsing.
* Wayland hides other programs and the screen on purpose. We say so and ask for nothing; what
  X11 tells there is about other X11 programs only, so it isn't used.
* No sensor waits for a person: where a permission is missing it stays off and says so.
* python-xlib and pynput are LGPL: separate packages, imported when they are chosen, never
  changed or linked in, and replaceable by whoever has the program.
"""
