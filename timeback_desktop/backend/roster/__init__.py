"""The roster: a school's orgs, courses, classes and people, in OneRoster's shape."""
