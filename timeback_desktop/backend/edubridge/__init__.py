"""EduBridge: TimeBack's own, course-centred view of roster, apps and learning time.

Where OneRoster speaks of classes and terms, EduBridge speaks of a student and a course:
``enrolling`` finds or makes the class between them. Nothing here is kept twice. Enrollments
are rows of the roster, goals are in the metadata of enrollments and courses, figures are read
off ``rollups`` or folded as ``insights`` folds them (``facts``). Only the subject tracks, which
say what course a subject and grade lead to, have a table of their own.

What the store knows nothing of is told as nothing: there are no hours saved, because
nobody measured how long an ordinary lesson would have taken.
"""
