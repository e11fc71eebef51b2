"""Which time was wasted, by which rule, and why: verdicts that explain themselves.

Pure: nothing here reads a clock, opens a file or knows of Qt. What is seen goes one way:

============================  =======================================================
``settling``                  ticks and app events in one order, however they came
``answers`` ``pace``          answers out of events; what is usual for this student
``rules`` ``hearing``         one small class each, all over the same settled stream
``stretches``                 whole wasted stretches out of the machine's segments
``judge``                     drives them; labels, clips and hands out what is final
``verdict``                   what a rule says, with everything that it rests on
``sentences``                 a verdict in words, for a student and for a coach
``limits``                    every threshold, with its evidence
============================  =======================================================

In doubt a rule is silent. A duration that cannot be measured is never a short one, a grade
that is missing is never a wrong one, and what a machine may have done by itself is not held
against a child. Only ``partition.HABITS`` cost productive time; ``not_answering`` and
``needs_help`` are reasons to help.
"""
