"""The composition root of the client: the only package that names concrete adapters.

``claim`` takes the data folder and starts its backend, ``services`` is everything without a
window, ``program`` joins it with the window and runs it, ``logs`` says where to write,
``reading`` is for the command line, ``scripts`` plays a person for smoke tests, screenshots
and measurements.

Start, in this order: the backend's process, before anything heavy is imported; the window
with its progress; at the same time the store; sessions that a crash left open are closed;
the pump begins; people may sign in. The end goes the other way round: the session, what
waits to be sent (for a moment), the backend, the store.
"""
