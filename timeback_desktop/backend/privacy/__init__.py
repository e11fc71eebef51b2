"""What is known about a student, handed out, erased, and forgotten in time.

Which tables those are is read off the tables themselves (``holdings``): one that is added later
is exported and erased from its first day, without anybody thinking of it. Every export, erasure
and expiry leaves an entry in the audit trail (``custody.trail``).
"""
