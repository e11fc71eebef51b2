"""Experience points and mastery: what was expected, what an app claims, what was earned.

Three figures stand side by side and are never mixed. *Expected* is what a piece of content is
worth, as its metadata says. *Claimed* is what an app told in its ActivityEvents; EduBridge's
``xpEarned`` is the same figure. *Awarded* is what ``rules`` make of the verified result: one
table, which ``GET /progress/1.0/rules`` writes out as it stands.

The ledger has a row for each completion: an ActivityEvent, or a graded test of the gradebook.
It is a fold of what is stored, so it costs nothing while events arrive: ``service`` remembers
how far a student's ledger has come, and goes on from there when somebody asks. Whatever came
late, or was reviewed meanwhile, lets it begin again before that.
"""
