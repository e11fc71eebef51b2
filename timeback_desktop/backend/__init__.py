"""The platform that learning apps and the desktop talk to: one ASGI app over one database.

A feature package reads alike everywhere: ``models`` (tables), ``service`` (rules),
``routes`` (HTTP), ``schemas`` (wire). Low to high; a package may import from rows above:

==========  =======================================================================
db          the engine, the one ``metadata`` all tables belong to, migrations
registry    publishers, the apps they registered, the API clients of both
roster      orgs, courses, classes, people, who may read about whom
gradebook   line items, results, learning resources: tables
oneroster   OneRoster 1.2 over both: reads, writes, filters, CSV
auth        who is calling (:class:`auth.principal.Principal`), tokens, PINs
lti         the LTI 1.3 launch: hints, the authorization answer, keys
events      Caliper events in
sessions    what the events say about a session; read by ``insights``
insights    sessions, overviews and judgements out; reviews and contests in
feed        what an app tells during a session, to the desktop that launched it
desktop     the routes that only the desktop window calls
demo        the demo school and the sample apps
==========  =======================================================================

``settings`` and ``runtime`` hold what a running backend is made of, ``api`` joins the
routers into an app, ``server`` is the process around it.

Decisions that rule the whole package:

* A tenant is a publisher: a school with people, a maker of apps, or a sandbox with pretended
  people. Every person and class belongs to one, and its id leads their keys, so that no query
  can forget to ask whose they are, and the same tables can be spread over many machines.
* Production and sandbox are two environments of one app (``environments``): a token, a client
  and an address belong to one of them, and nothing reaches from one into the other.
* Authorisation is by bearer token only. There are no cookies, so no page in a browser
  view can borrow anybody's authority.
* Instants are integer milliseconds since 1970 in columns that end in ``_ms``.
* A route opens its own transaction (``with writing(engine)``) and leaves it before it
  answers: what was answered has been committed.
"""
