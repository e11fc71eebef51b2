"""Three learning apps that ship with the demo school: third parties in all but their address.

They use nothing of the platform's code, only its public wire: LTI 1.3 to be launched and
Caliper 1.2 to report. Each has its own origin, session, credential and look, so they double
as reference integrations. ``kit`` is what they share, and what a developer may copy.
"""
