"""Caliper events in: judged one by one, stored once, understood at once.

An envelope is taken in one transaction, and answered only after the commit. The event id
is the idempotency key within a tenant: sent again with the same content it is a duplicate
and changes nothing; with other content it is refused, because one of the two is wrong.
Content is compared by its sorted JSON, so that a sender which orders keys otherwise on a
second try is still understood.

Each event is kept as it came (``events.body``) beside the few columns that questions are
asked about. What the desktop measured and what an app claims about the same time are both
kept, told apart by ``time_spent.measured``, and never added up.

``facts`` reads one event, with ``judgements`` (insights, contests, reviews) and ``work`` (what
an app tells of the work in it, as closed words); ``directory`` says where it belongs,
``disputes`` who may speak against a judgement, ``contents`` keeps what it says. All of it
comes out the same in whatever order events arrive.
"""
