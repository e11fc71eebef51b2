"""What the three sample apps share: a complete small LTI 1.3 tool with a Caliper sensor.

Copy this folder to begin an app of your own: it needs starlette, python-multipart, httpx and
joserfc, and its imports are relative, so it works wherever it stands.

- ``config``    what the platform gives you when you register
- ``tool``      login initiation, launch, session, icon, health
- ``launch``    everything that is checked about an id_token
- ``keys``      the platform's JWKS, re-fetched on an unknown key
- ``events``    Caliper 1.2 events in the shapes that a learning app needs
- ``progress``  which lessons are open: each beginning and end is told once
- ``sender``    the background queue that brings them to the platform
- ``doorman``   Host check, size limit, security headers
- ``pages``     the HTML frame
- ``assets``    style sheets, scripts and pictures
- ``quiz``      a run of choice questions, graded by the server
- ``seal``, ``expiring``   signed cookies, stores that forget
"""
