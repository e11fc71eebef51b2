"""Webhooks: where an API client wants to hear of events, and how they get there.

A webhook belongs to one client of one tenant, and no other client sees it. Its secret is
sealed and never told again; each delivery is signed with it. A client hears of what it may
read at that moment (``owners``): the client of an app of the events of that app, a client of
the school of all of them, one that was revoked or suspended of none.

========  ================================================================================
planning  new events, held against the ``filters`` of every webhook; follows the batches of
          events from behind, so that taking events in costs nothing more
queue     what waits: taken under a lease, noted when tried, forgotten when old
sending   the envelope, its signature and headers; ``outcomes``: what an answer means
worker    the clerk who does all this in turns, and the thread that he lives in
listing   what the owner is told of deliveries; the dead ones can be sent once more
========  ================================================================================

A delivery arrives at least once, always under the same id, in no particular order. After a
day without any success a webhook is switched off and says why.
"""
