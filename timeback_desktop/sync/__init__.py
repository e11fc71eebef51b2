"""The outbox pump: every event arrives exactly once, in order within its session.

``outbox`` is the port to the queue, ``faults`` says what each failure means, ``backoff``
how long to wait, ``pump`` is one careful step at a time, ``runner`` the thread that steps.

Events are queued as final bytes and wrapped in an envelope at sending, because the
standard wants ``sendTime`` to be the moment of sending; the event, its id and its bytes
never change, so a repeat is recognised by the receiver whatever envelope it comes in.
"""
