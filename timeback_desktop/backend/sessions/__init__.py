"""What the events say about sessions: a fold whose result doesn't depend on arrival order.

An offline laptop sends yesterday's events after today's, an app's events may overtake the
desktop's, and a retry may bring the end of a session before its beginning. So a session is
not a state machine driven by arrivals but a merge (``span.merged``: commutative,
associative, idempotent), and events that asked to be attached are settled anew whenever
something near them changed (``attachment``).

Rules of TimeBack that it keeps: a session is active, and its end moves with each event,
until a LoggedOut or TimedOut completes it; then the end is final. Choices of our own, where
the platform's documents are silent:

* Of two closing events the earlier one counts.
* ``urn:tag:auto-attach`` means the student's session in that app that covers the event's
  time, the desktop's before others; an open session covers up to 10 minutes after its last
  event, and every session 30 seconds around itself (an app's last words come late). Where
  none covers, such events form sessions of their own, cut by 10 minutes of silence.
* A session is keyed by student and id, so that nobody can write into another's.
* A heartbeat is an event of our own making (``heartbeats``), so that it is stored, rebuilt and
  erased like all others; it lengthens an open session and begins an unseen one. What apps note
  beside a session (``notes``) is theirs: it is kept, and read by nothing here.

``routes`` tell of sessions over HTTP, ``finding`` who may see which, ``told`` the events of one.
"""
