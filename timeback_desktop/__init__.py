"""TimeBack Desktop: the window a student learns in, and the platform it talks to.

Map of the package, low to high; a module may import only from rows above its own
(``make check`` holds the rule):

========================  ===========================================================
clock errors ids paths    tiny roots: stamps, the tree of errors, identifiers, folders
intervals                 half-open stretches of milliseconds, and their algebra
partition                 the states of a student's time and the one fold over them
ownership                 which of two open windows a millisecond belongs to
caliper                   the wire: Caliper 1.2 events, envelopes, validation
presence catalog identity who is at work (pure); what can be launched; who signs in
waste                     the rules that judge the time, with their reasons (pure)
sessions privacy          lifecycle of a session; redaction
coaching sync launch      summaries; the outbox pump; how an app is entered
store net host ui replay  the edges: SQLite, HTTP, the operating system, Qt, traces
settings                  what a school may set
bootstrap cli             composition: the only places that name concrete adapters
========================  ===========================================================

``backend`` stands beside the client: it imports only ``caliper`` and the roots, so that
it can be lifted out and deployed alone, with no Qt installed.

Why ``partition`` is a root: the student's card, the coach's strip, the command line and
the backend's Insights API must never disagree, and the backend may not import the client.
So the states of time, their names on the wire and the one fold over them live where both
programs can reach them.
"""

__version__ = "0.1.0"
