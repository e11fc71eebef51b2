"""The keys that the platform signs with, and how one follows another unnoticed.

Three kinds are published at a time: the next key, which signs nothing yet; the current one;
and those that signed before, for a while. A tool that keeps a copy of the key set therefore
has the next key long before it meets its signature. Each name (``kid``) is the thumbprint of
its key (RFC 7638), so that it cannot be given to another one.
"""
