"""Figures by day, kept as events arrive: so that a question costs what its answer is long.

In the transaction that stores events their figures are added to the student's day. What
overlaps (two windows, two devices, an app's claim beside the desktop's measurement), what a
habit lies over and what a review took back cannot be added: such a day is folded as a whole,
by the rules of ``timeline``, and written anew. So the rows always are what a fold of all
events gives, and ``rebuild`` writes the same rows from the stored batches.

The days of a class or a school are added up from its students' when they are asked for
(``groups``). Who is in a class now is who its figures are about, also those of former days.
"""
