"""The wire: Caliper 1.2 as this program speaks and understands it.

Pure, and shared by client and backend, because both must judge an event alike: what the
client stores in its outbox is what the backend will take. Nothing here reads a clock,
opens a connection or knows who is asking.

* ``entities``, ``events`` and ``insights`` build what the desktop sends, as JSON-ready dicts.
* ``envelope`` wraps encoded events and opens what a peer sent.
* ``vocabulary`` and ``profiles`` hold the rules as data (``rules.json``: facts compiled by
  ``packaging/caliper_rules.py`` from the specification's tables, with TimeBack's extensions).
* ``app_events`` names what the desktop's judge hears of an app's events.
* ``compiled`` tells quickly that an item is certainly good, with the types that ``shapes``
  makes of the rule table; ``parts`` does so for events that come by the hundred.
* ``validation`` walks one item along those rules and names each fault by JSON pointer.

Decision: rules as data and one walker, rather than a class per entity. There are 27 event
types and 85 entity types, and TimeBack adds its own; a table is read in one screen and a
new profile is a new row. Strict where a wrong value would falsify somebody's time
(numbers, dates, types), lenient where real clients differ harmlessly (fraction digits,
IRI or object, ``subType`` or ``sub_type``, contexts of version 1.1).
"""
