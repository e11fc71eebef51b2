"""The reference of the whole API, read off the running app: OpenAPI 3.1 and pages for people.

``document`` completes what the framework knows of the routes with what this program knows
besides: the entities of OneRoster, the scope each route asks for, examples. ``pages`` draws
it as plain HTML that needs no script and nothing from another machine. Nothing is described
here by hand that the code says itself, so it cannot be wrong for long.
"""
