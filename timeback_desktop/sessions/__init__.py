"""A session: one student's continuous work in one app.

``model`` says what a session is, ``wire`` how its segments and verdicts become Caliper
events, ``recorder`` drives the presence machine and the judge and hands every change to the
store, whole, in one transaction; ``bench`` holds a verdict until the time under it is final,
``ledger`` folds the session while it is open, ``opaque`` lets no free word in. ``verdicts``
and ``disputes`` say what may be said to a verdict, by whom and until when; ``recovery``
closes what a crash left open. The store is a port here.
"""
