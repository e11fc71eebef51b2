"""The platform that learning apps and the desktop talk to: one ASGI app over one database.

A feature package reads alike everywhere: ``models`` (tables), ``service`` (rules),
``routes`` (HTTP), ``schemas`` (wire). Low to high; a package may import from rows above:

==========  =======================================================================
db          the engine, the one ``metadata`` all tables belong to, migrations
keys        what the platform signs with, and how one key follows another
registry    publishers, the apps they registered, the API clients of both
roster      orgs, courses, classes, people, who may read about whom
gradebook   line items, results, learning resources: tables
auth        who is calling (:class:`auth.principal.Principal`), tokens, PINs
custody     the audit trail, and what lies before the time that is still kept
oneroster   OneRoster 1.2 over roster and gradebook: reads, writes, filters, CSV
wellknown   discovery documents and the key set, of each environment
lti         the LTI 1.3 launch: hints, the authorization answer
events      Caliper events in
sessions    what the events say about a session; read by ``insights``
timeline    how a student's time went: the one fold of stretches, overlays and reviews
rollups     figures by day of students, classes and schools, kept as events arrive
insights    sessions, overviews and judgements out; reviews and contests in
progress    experience points and mastery: what was claimed, what was earned
signin      people sign in: passwords, pages, devices, other identity providers
feed        what happens while it happens: to the desktop, and to a coach's board
edubridge   TimeBack's course-centred view of all this; analytics
webhooks    events delivered to the addresses where API clients want to hear of them
privacy     what is kept about a person: handed out, erased, forgotten in time
curriculum  what is taught: CASE, over a store that is empty yet
desktop     the routes that only the desktop window calls
demo        the demo school and the sample apps
sandbox     the same school for each publisher, to try everything out on
reference   the API reference at ``/docs``, read off the running app
==========  =======================================================================

Of ``registry``, ``lifecycle`` and the routes stand on top of all this: whoever registers an
app gets a sandbox with it. ``outbound`` is the one module that calls other servers,
where ``reach`` allows it; ``vault`` seals what must be opened again.
``asking`` reads ranges, zones and pages out of questions about learning.
``settings`` and ``runtime`` hold what a running backend is made of, ``api`` joins the
routers into an app, ``server`` is the process around it.

Decisions that rule the whole package:

* A tenant is a publisher: a school with people, a maker of apps, or a sandbox with pretended
  people. Every person and class belongs to one, and its id leads their keys, so that no query
  can forget to ask whose they are, and the same tables can be spread over many machines.
* Production and sandbox are two environments of one app (``environments``): a token, a client
  and an address belong to one of them, and nothing reaches from one into the other.
* Authorisation is by bearer token only. No cookie carries any rights, so no page in a
  browser view can borrow anybody's authority; the one there is (see ``signin``) ties a page
  of a sign-in to the browser that it was shown in, for ten minutes.
* Instants are integer milliseconds since 1970 in columns that end in ``_ms``.
* A route opens its own transaction (``with writing(engine)``) and leaves it before it
  answers: what was answered has been committed.
"""
