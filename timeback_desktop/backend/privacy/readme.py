"""The page that explains an export to whoever opens it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_WORDS = {
    "profile.json": "Who this person is in the school's list, in the words of OneRoster 1.2.",
    "demographics.json": "What the school keeps about origin and birth, if anything.",
    "enrollments.json": "The classes.",
    "results.json": "Results in the gradebook.",
    "assessment_results.json": "Results of tests.",
    "events.ndjson": "Every learning event as it came, with when and from whom it came.",
    "insights.ndjson": "What was noticed about the work, what the student and a coach said of it.",
    "reviews_of_insights.ndjson": "Every judgement of a coach over one of these insights.",
    "agent_of.ndjson": "The people for whom this person acts, as a parent does.",
    "entities.ndjson": "Descriptions sent by apps in which this person is named.",
    "refused_rows.ndjson": "Rows of imported files about this person that were not taken in.",
    "user_profiles.ndjson": "Profiles in learning apps.",
    "user_credentials.ndjson": "For which apps a password is kept; the password is not here.",
    "user_passwords.ndjson": "When a password was set; the password itself is kept by nobody.",
    "user_resources.ndjson": "Material that was assigned.",
    "pins.ndjson": "Whether there is a PIN; the PIN itself is kept by nobody.",
    "federated_identities.ndjson": "Accounts elsewhere that may be used to sign in.",
    "sign_ins.ndjson": "Every sign-in: when, and in which app.",
    "credential_openings.ndjson": "Who opened a kept password, and when.",
    "lti_subjects.ndjson": "The names under which apps know this person.",
    "sessions.ndjson": "Sessions of learning.",
    "session_metadata.ndjson": "What apps noted beside them.",
    "time_spent.ndjson": "How the time in them went, stretch by stretch.",
    "activities.ndjson": "Activities that were finished, with questions and points.",
    "answers.ndjson": "Which questions were answered, and whether rightly.",
    "app_events.ndjson": "What apps told of the work on single questions.",
    "loose_events.ndjson": "Events that were to be put to a session once it is known.",
    "contests.ndjson": "Insights that this person said are wrong.",
    "reviews.ndjson": "Judgements that this person made over others' insights, as a teacher.",
    "xp_ledger.ndjson": "Points: what each was given for, by which rule.",
    "student_days.ndjson": "How far each day has been added up.",
    "day_times.ndjson": "Time of each day, by app, subject and state.",
    "day_results.ndjson": "Answers, activities and points of each day.",
    "audit_entries.ndjson": "Who exported, erased or opened something of this person's.",
    "erasure_requests.ndjson": "Erasures that were asked for.",
    "erased_students.ndjson": "Up to when everything was erased before.",
}
_BEFORE = """\
This is everything that the platform keeps about one person, of one moment.

A file that ends in .ndjson has one JSON document on every line; one that ends in .json is one
document. Names that end in _ms are milliseconds: an instant, counted from 1970-01-01 in UTC, or
a length of time. "measured" tells what the learning window measured itself from what an app
said. A day is the number of days after 1970-01-01, in the time zone of the school.

Passwords, PINs and keys are not here: they are kept so that nobody can read them.
manifest.json counts the lines of every file and holds its SHA-256, so that it can be seen that
nothing was changed or is missing. It names what was left out, and why.

The files:

"""


def text(files: Iterable[Mapping[str, Any]]) -> str:
    """Return the page for these files."""
    lines = []
    for each in files:
        about = _WORDS.get(each["name"], "Rows of the table of this name.")
        lines.append(f"{each['name']} ({each['records']})\n    {about}\n")
    return _BEFORE + "".join(lines)
