"""What comes back: sessions, overviews and judgements, of a student, a class or a school.

Every figure is a property of :class:`partition.Totals` over the same stretches that the
client folds (``timeline``), so that the card on the student's screen and the coach's page
cannot disagree. Overviews are read off figures that are kept by day (``rollups``) wherever days
of the school's own zone are asked for, and folded where they are not: the same to the
millisecond.

* What the desktop measured counts; what an app claims about its own time counts only where
  the desktop measured nothing of that student at all, because one student has one timeline.
  What was claimed is told beside it, and never added to it.
* Overlays of habit lower what was productive; a judgement that a teacher took back counts
  for nothing from that moment on, a contested one counts until somebody looked.
* Where sessions of one student overlap, ``ownership`` gives each millisecond to one of them:
  the overview counts it once. A session by itself is told as it was measured.
* A student is compared with his own former days (``baseline``), never with anybody else's.
* ``null`` says "not measured", and is never written as 0; a day with nothing is absent.
* A stretch over local midnight is split there, in the zone that was asked for; a session
  over midnight touches both days and is one session.
"""
