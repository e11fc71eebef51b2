"""What happens while it happens: to the desktop that launched an app, and to a coach's board.

Two ways to listen, and nobody who waits holds a thread or a connection of the database:

* ``routes``: the desktop asks what an app told in its session, and the answer waits until
  there is something to say. It sleeps on a bell in ``arrivals``, which ingest rings after its
  commit. Only closed words, numbers and hashes leave here (``events.work``).
* ``board_routes``: a board holds a stream open (server-sent events) about a class, a school or
  one person. One ``desk`` for each tenant reads what is new, once for all who listen, writes
  it once and hands it to the streams that it is for.

Choices of the boards:

* What is in the database is the truth; bells only say when to look. A desk also looks every
  few seconds, which is how it hears of what another process of the platform took in. That
  costs a fraction of a millisecond for a whole tenant, works on every database, and needs no
  connection of its own, as LISTEN would.
* A stream begins with a snapshot, so that resuming need not replay what a student's state was
  meanwhile. What happened only once (insights, completed activities) is told again from the
  last id on; after too much of it ``reset`` says that it is not.
* ``audience`` decides who may listen, and decides anew every few seconds while a stream is
  open: it ends with the token, and with what gave its holder the right.
"""
