"""The client's SQLite, through sqlite-utils: the only place that knows a table.

``database`` opens, checks, repairs and migrates; ``schema`` is the list of migrations;
``sessions``, ``verdicts``, ``outbox`` and ``summaries`` are one family of tables each. A
database object belongs to one thread: ``worker`` is that thread.

WAL with synchronous=FULL: a row that was committed survives a kill and a power cut, and
costs under a millisecond at one commit a second.
"""
