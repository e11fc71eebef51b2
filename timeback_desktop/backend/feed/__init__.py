"""What an app tells during a session, handed to the desktop that launched it.

The desktop asks and the answer waits until there is something to say. A waiting answer
holds no thread and no connection: it sleeps on a bell in ``arrivals``, which ingest rings
after its commit. Only closed words, numbers and hashes leave here (``events.work``).
"""
