"""The app's web page in our window: opened top level, guarded, counted, and wiped.

Why no event filter on the application: together with a web view one written in Python
crashes the process. Input is counted on the view's own children instead, and those are
replaced at every change of site, so the counter follows them.

Why one profile a student and app: cookies ignore ports, and two students on one machine
must never meet in each other's app session. Profiles belong to the application and
outlive their pages; taking them down in any other order leaves Chromium complaining.

What leaves a page is numbers and closed words (``page_facts``): no text, no address, no
title, no key.
"""
