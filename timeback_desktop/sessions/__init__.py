"""A session: one student's continuous work in one app.

``model`` says what a session is, ``wire`` how its segments become Caliper events,
``recorder`` drives the presence machine and hands every change to the store, whole, in
one transaction; ``recovery`` closes what a crash left open. The store is a port here.
"""
