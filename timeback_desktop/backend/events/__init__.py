"""Caliper events in: judged one by one, stored once, understood at once.

An envelope comes to the ``door``, waits with others for its turn (``intake``), is judged
(``judging``), and stored in one transaction with all that waits (``service``); it is answered
only after the commit. The event id is the idempotency key within a tenant: sent again with
the same content it is a duplicate and changes nothing; with other content it is refused,
because one of the two is wrong. Content is compared by its sorted JSON, so that a sender which
orders keys otherwise on a second try is still understood.

What one request told of one student is kept together, as it came and compressed
(``archive``); ``event_ids`` tells what is there. Half as much is written as with a row for
each event, and the ids, which rise with time, go to the end of their index. What the
desktop measured and what an app claims about the same time are both kept, told apart by
``time_spent.measured``, and never added up.

Every event is read by the quickest reader that knows it: ``windows`` for the windows of time
that a desktop sends by the thousand, ``quick`` for other plain events, ``facts`` for all, with
``judgements`` (insights, contests, reviews), ``activities`` and ``work`` (what an app tells of the
work in it, as closed words). ``directory`` says where events belong, ``disputes`` who may speak
against a judgement, ``contents`` keeps what is said. All of it comes out the same in whatever
order events arrive, and ``rollups.rebuild`` reads it out of the batches again.

A clock that runs ahead is noticed, because nothing can be sent after it arrived: the envelope
is taken back in time by that much, and the batch says so. What still lies ahead is refused.
"""
