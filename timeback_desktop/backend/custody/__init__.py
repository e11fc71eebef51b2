"""What has to be remembered about keeping and forgetting, and may be asked from everywhere.

``trail`` is the record of who took, erased or opened what; ``horizons`` tell what lies before
the time that is still kept. The work itself, exports, erasures and expiry, is ``privacy``'s.
"""
