"""The demo school: people to sign in as, and three sample apps that they can open.

It is the sandbox's canonical roster: 3 orgs, 6 courses, 6 classes, 6 teachers, 30
students, 36 enrollments. Every identifier is derived from (publisher, kind, key), so it
is the same on each machine and a second seeding finds everything in place.
"""
