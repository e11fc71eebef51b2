"""Webhooks: where an API client wants to hear of events, and of which ones.

They are kept here as the published client registers them: a webhook belongs to one client
of one tenant, and no other client sees it. Its secret is sealed and never told again.

Nothing is delivered yet: these are the addresses and filters that a delivery will follow.
"""
