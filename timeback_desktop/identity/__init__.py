"""Who may sign in on this computer, and who has.

Tokens live in memory only: nothing here is ever written to a database or a log.
"""
