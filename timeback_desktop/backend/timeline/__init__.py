"""How a student's time went, told from stretches: the one fold that every figure comes from.

Every figure is a property of :class:`partition.Totals` over the same stretches that the
client folds, so that the card on the student's screen and the coach's page cannot disagree.

* What the desktop measured counts; what an app claims about its own time counts only where
  the desktop measured nothing of that student at all, because one student has one timeline.
* Overlays of habit lower what was productive; a judgement that a teacher took back counts
  for nothing from that moment on, a contested one counts until somebody looked.
* Where sessions of one student overlap, ``ownership`` gives each millisecond to one of them:
  the overview counts it once. A session by itself is told as it was measured.
"""
