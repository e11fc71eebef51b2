"""Compile the facts of the Caliper 1.2 tables into ``timeback_desktop/caliper/rules.json``.

Usage: ``python packaging/caliper_rules.py derived_rules_v1p2.json``. The input holds the
specification's tables as data (events, profiles, entities, vocabularies); the output holds
only the facts that a validator needs, in the notation that ``caliper/vocabulary.py`` reads.
Run it again only when the specification, or the list of registered extensions below, changes.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "timeback_desktop" / "caliper" / "rules.json"
SCALARS = {
    "string": "string",
    "datetime": "dateTime",
    "duration": "duration",
    "decimal": "number",
    "integer": "count",
    "boolean": "boolean",
    "object": "map",
    "iri": "iri",
}

# The derived tables name a list without its members; these are the members.
LISTS = {
    "otherIdentifiers": "SystemIdentifier",
    "creators": "Agent",
    "learningObjectives": "LearningObjective",
    "members": "Agent",
    "withAgents": "Agent",
    "attachments": "DigitalResource",
    "roles": "term:roles",
}
ITEMS = {
    "Collection": "Entity",
    "AggregateMeasureCollection": "AggregateMeasure|StudyreelMeasure",
    "DigitalResourceCollection": "DigitalResource",
    "Assessment": "AssessmentItem",
    "Forum": "Thread",
    "Thread": "Message",
    "Questionnaire": "QuestionnaireItem",
    "Survey": "Questionnaire",
}

# Read in the prose, and used by the official positives, but absent from the tables.
SUPERTYPES = {
    "Assessment": ["DigitalResourceCollection", "AssignableDigitalResource"],
    "DigitalResourceCollection": ["Collection", "DigitalResource"],
    "Frame": ["DigitalResource"],
}
MORE_PROPERTIES = {
    "Entity": {"isPartOf": "Entity"},
    "AggregateMeasure": {"metric": "term:metrics", "metricValue": "number"},
    "HighlightAnnotation": {"selection": "TextPositionSelector"},
    "LtiLink": {"messageType": "term:ltiMessageTypes"},
    "Membership": {"status": "term:statuses"},
    "MultiselectScale": {"orderedSelection": "boolean"},
    "DigitalResource": {"alignedLearningObjective": "[LearningObjective]"},
    "Rating": {"scale": "Scale"},
    "SearchResponse": {"searchResultsItems": "[Entity]"},
    "Session": {"duration": "length"},
}
# Required in the prose, and by the official negatives, but absent from the tables.
MORE_REQUIRED = {"AggregateMeasure": ["metricValue"]}
# Version 1.1 had these on Result; harmless beside the names of 1.2.
OLD_SCORES = [
    "curveFactor", "curvedTotalScore", "extraCreditScore", "normalScore", "penaltyScore",
    "totalScore",
]  # fmt: skip
MORE_ENTITIES: dict[str, Any] = {
    "SystemIdentifier": {
        "supertypes": [],
        "required": ["type", "identifier", "identifierType"],
        "properties": {
            "type": "type",
            "identifier": "string",
            "identifierType": "term:identifiers",
            "source": "SoftwareApplication",
            "extensions": "map",
        },
    },
    "TextPositionSelector": {
        "supertypes": [],
        "required": ["type", "start", "end"],
        "properties": {"type": "type", "start": "count", "end": "count"},
    },
    **{
        name: {"supertypes": ["DigitalResource"], "required": [], "properties": {}}
        for name in ("EpubChapter", "EpubPart", "EpubSubChapter", "EpubVolume", "Reading")
    },
}
# Named in the text of an event, but in no profile's rows.
MORE_ACTIONS = {"AssessmentEvent": {"Reset"}}
# Their rows only repeat, or narrow by example, what the event's own table says.
WITHOUT_ROWS = {"Event", "NavigationEvent", "SearchEvent", "ViewEvent"}
# Actions that the tables spell in two ways.
SPELLINGS = {"MarkedAsUnread": "MarkedAsUnRead", "MarkedAsUnRead": "MarkedAsUnread"}

EXTENSION_ENTITIES: dict[str, Any] = {
    "TimebackUser": {
        "supertypes": ["Person"],
        "required": ["email"],
        "properties": {"email": "string", "role": "term:timebackRoles"},
    },
    "TimebackActivityContext": {
        "supertypes": ["DigitalResource"],
        "required": ["subject"],
        "properties": {
            "subject": "term:subjects",
            "app": "{TimebackNamed}",
            "course": "{TimebackNamed}",
            "activity": "{TimebackNamed}",
            "process": "boolean",
        },
    },
    "TimebackNamed": {
        "supertypes": [],
        "required": ["name"],
        "properties": {"id": "iri", "type": "string", "name": "string", "extensions": "map"},
    },
    "TimebackActivityMetric": {
        "supertypes": [],
        "required": ["type", "value"],
        "properties": {"type": "term:activityMetrics", "value": "number", "extensions": "map"},
        "narrowed": {
            "type": {word: {"value": "count"} for word in ("totalQuestions", "correctQuestions")}
        },
    },
    "TimebackTimeMetric": {
        "supertypes": [],
        "required": ["type", "value"],
        "properties": {
            "type": "term:timeTypes",
            "value": "seconds",
            "subType": "string",
            "sub_type": "string",
            "startDate": "dateTime",
            "endDate": "dateTime",
            "start_date": "dateTime",
            "end_date": "dateTime",
            "extensions": "map",
        },
    },
    "TimebackActivityMetricsCollection": {
        "supertypes": ["Collection"],
        "required": ["items"],
        "properties": {"items": "[{TimebackActivityMetric}]", "attempt": "ordinal"},
        "together": {"type": ["totalQuestions", "correctQuestions"]},
        "extended": {"pctCompleteApp": "percent"},
    },
    "TimebackTimeSpentMetricsCollection": {
        "supertypes": ["Collection"],
        "required": ["items"],
        "properties": {"items": "[{TimebackTimeMetric}]"},
    },
    "ActivityMetric": {
        "supertypes": ["Entity"],
        "required": ["metricType", "metricValue"],
        "properties": {"metricType": "term:activityMetricTypes", "metricValue": "number"},
        "narrowed": {
            "metricType": {
                word: {"metricValue": "count"} for word in ("TotalQuestions", "CorrectQuestions")
            }
        },
    },
    "TimeSpentMetric": {
        "supertypes": ["Entity"],
        "required": ["metricType", "metricValue"],
        "properties": {
            "metricType": "term:timeMetricTypes",
            "metricValue": "seconds",
            "subType": "string",
            "sub_type": "string",
            "startDate": "dateTime",
            "endDate": "dateTime",
        },
    },
    "ActivityMetricsCollection": {
        "supertypes": ["Collection"],
        "required": ["items"],
        "properties": {"items": "[ActivityMetric]", "attempt": "ordinal"},
        "together": {"metricType": ["TotalQuestions", "CorrectQuestions"]},
        "extended": {"pctCompleteApp": "percent"},
    },
    "TimeSpentMetricsCollection": {
        "supertypes": ["Collection"],
        "required": ["items"],
        "properties": {"items": "[TimeSpentMetric]"},
    },
    # StudyReel, the program before this one, put its measures' kinds where a type belongs.
    "StudyreelMeasure": {
        "supertypes": ["Entity"],
        "required": ["metric"],
        "properties": {
            "metric": "term:studyreelMetrics",
            "metricValue": "number",
            "maxMetricValue": "number",
            "startedAtTime": "dateTime",
            "endedAtTime": "dateTime",
            "reasoning": "string",
        },
    },
    **{
        name: {"supertypes": ["StudyreelMeasure"], "required": [], "properties": {}}
        for name in ("PARTICIPATION", "INTERACTION", "ENGAGEMENT", "ANTI_PATTERN")
    },
    "SESSION": {"supertypes": ["Session"], "required": [], "properties": {}},
}
EXTENSION_EVENTS: dict[str, Any] = {
    "ActivityEvent": {
        "actions": ["Completed"],
        "required": ["generated"],
        "slots": {
            "actor": ["Person"],
            "object": ["TimebackActivityContext", "AssignableDigitalResource"],
            "generated": ["TimebackActivityMetricsCollection", "ActivityMetricsCollection"],
        },
        "inline": ["generated"],
        "excused": ["/object/isPartOf/id"],
    },
    "TimeSpentEvent": {
        "actions": ["SpentTime"],
        "required": ["generated"],
        "slots": {
            "actor": ["Person"],
            "object": ["TimebackActivityContext", "AssignableDigitalResource"],
            "generated": ["TimebackTimeSpentMetricsCollection", "TimeSpentMetricsCollection"],
        },
        "inline": ["generated"],
        "excused": ["/object/isPartOf/id"],
    },
}
# What senders that are in use leave out, by event: a course without an id is all that the
# published client knows of some, and the desktop's first versions name an insight's metric only.
EXCUSED = {"FeedbackEvent": ["/object/metricValue"]}
EXTENSION_TERMS = {
    "subjects": [
        "Reading", "Language", "Vocabulary", "Social Studies", "Writing", "Science", "FastMath",
        "Math", "None", "Other",
    ],
    "timeTypes": ["active", "inactive", "waste", "unknown", "anti-pattern"],
    "timeMetricTypes": ["Active", "Inactive", "Waste", "Unknown", "AntiPattern", "Anti-pattern"],
    "activityMetrics": ["xpEarned", "totalQuestions", "correctQuestions", "masteredUnits"],
    "activityMetricTypes": ["XpEarned", "TotalQuestions", "CorrectQuestions", "MasteredUnits"],
    "studyreelMetrics": [
        "ASSESSMENTS_SUBMITTED", "ASSESSMENT_PASSED", "MINUTES_ON_TASKS", "SKILLS_MASTERED",
        "STANDARDS_MASTERED", "UNITS_COMPLETED", "UNITS_PASSED", "WORDS_READ", "CHEATING",
        "RUSHING", "IGNORING_EXPLANATION", "SKIPPING_RECOMMENDED_LESSON",
    ],
    "timebackRoles": ["student", "teacher", "admin", "guide"],
}  # fmt: skip


def kind_of(owner: str, name: str, types: list[str]) -> str:
    """Write one property of the derived tables in the notation of rules.json."""
    if types == ["Term"]:
        return "type"
    if types[0].lower() == "array":
        member = ITEMS.get(owner) if name == "items" else LISTS.get(name, "string")
        return f"[{member}]"
    if len(types) == 1 and types[0].lower() in SCALARS:
        return SCALARS[types[0].lower()]
    return "|".join(each for each in types if each != "IRI")


def entities(tables: dict[str, Any]) -> dict[str, Any]:
    """Return the entity types with their own properties."""
    found: dict[str, Any] = {}
    for name, row in sorted(tables.items()):
        own = {
            key: kind_of(name, key, rule["type"])
            for key, rule in row["properties"].items()
            if key != "type" or name == "Entity"
        }
        own |= MORE_PROPERTIES.get(name, {})
        needed = [
            key
            for key, rule in row["properties"].items()
            if rule["disposition"] == "Required" and key in own
        ]
        needed += MORE_REQUIRED.get(name, [])
        above = SUPERTYPES.get(name) or ([row["supertype"]] if row["supertype"] else [])
        found[name] = {"supertypes": above, "required": needed, "properties": own}
    found["Result"]["properties"] |= dict.fromkeys(OLD_SCORES, "number")
    found["Score"]["properties"]["scoreType"] = "string"
    return {**found, **MORE_ENTITIES, **EXTENSION_ENTITIES}


def alternatives(text: str) -> list[str]:
    """Split ``Forum | Message`` and unwrap ``Entity (AggregateMeasureCollection)``."""
    inner = re.sub(r"^\w+ \((\w+)\)$", r"\1", text)
    return [each.strip() for each in inner.split("|") if each.strip()]


def rows_of(profiles: dict[str, Any]) -> list[dict[str, str]]:
    """Return the rows of all profiles."""
    return [row for profile in profiles.values() for row in profile["rows"]]


def base_name(name: str) -> str:
    """Drop the remark in ``ViewEvent (Survey profile)``."""
    return name.partition(" ")[0]


def slot_types(rule: dict[str, Any]) -> list[str]:
    """Return the entity types that a slot of an event takes."""
    return [each for each in rule["type"] if each != "IRI"]


def event_rule(name: str, tables: dict[str, Any], rows: list[dict[str, str]]) -> dict[str, Any]:
    """Return what one event type allows, from its tables and its rows in the profiles."""
    slots: dict[str, list[str]] = {}
    needed: list[str] = []
    for title in (each for each in tables if base_name(each) == name):
        for key, rule in tables[title]["properties"].items():
            if key in {"type", "action", "id", "profile", "eventTime", "extensions"}:
                continue
            slots.setdefault(key, []).extend(slot_types(rule))
            if rule["disposition"] == "Required" and key not in {"actor", "object"}:
                needed.append(key)
    mine = [row for row in rows if row["Event"] == name]
    for row in mine:
        for key in ("object", "generated", "target"):
            slots.setdefault(key, []).extend(alternatives(row.get(key, "")))
    actions = {row["action"] for row in mine} | MORE_ACTIONS.get(name, set())
    actions |= {SPELLINGS[each] for each in actions if each in SPELLINGS}
    return {
        "actions": sorted(actions),
        "required": needed,
        "slots": {key: sorted(set(types)) for key, types in slots.items() if types},
        "rows": [] if name in WITHOUT_ROWS else narrowed(mine, slots),
    }


def narrowed(rows: list[dict[str, str]], slots: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Keep what a row says about one action beyond what the event says about all."""
    found = []
    for row in rows:
        narrow = {
            key: alternatives(row[key])
            for key in ("actor", "object", "generated")
            if row.get(key) and set(alternatives(row[key])) != set(slots.get(key, []))
        }
        if narrow:
            found.append({"action": row["action"], "slots": narrow})
    return found


def events(derived: dict[str, Any]) -> dict[str, Any]:
    """Return the event types."""
    rows = rows_of(derived["profiles"])
    names = sorted({base_name(name) for name in derived["events"]})
    found = {name: event_rule(name, derived["events"], rows) for name in names}
    found["Event"] |= {"actions": ["*"], "required": []}
    # Needed by one action only.
    found["ResourceManagementEvent"] |= {"required": [], "needs": {"Copied": ["generated"]}}
    found["ToolLaunchEvent"] |= {"required": [], "needs": {"Launched": ["federatedSession"]}}
    for name, pointers in EXCUSED.items():
        found[name] |= {"excused": pointers}
    return found | EXTENSION_EVENTS


def profiles(derived: dict[str, Any]) -> dict[str, list[str]]:
    """Return the event types of each profile; an empty list takes any."""
    found = {
        name: sorted({row["Event"] for row in profile["rows"]})
        for name, profile in derived["profiles"].items()
    }
    return found | {"TimebackProfile": [], "AggregationProfile": []}


def terms(vocab: dict[str, Any]) -> dict[str, list[str]]:
    """Return the closed vocabularies."""
    listed = {name: [row["term"] for row in rows] for name, rows in vocab.items()}
    actions = {*listed["actions"], "MarkedAsUnRead", "SpentTime"}
    return {
        "actions": sorted(actions),
        "identifiers": [each for each in listed["identifiers"] if each != "SystemIdentifier"],
        "ltiMessageTypes": listed["ltimessagetypes"],
        "roles": listed["roles"],
        "statuses": listed["statuses"],
        "metrics": listed["usemetrics"],
        **EXTENSION_TERMS,
    }


def main(source: str) -> None:
    """Write rules.json."""
    derived = json.loads(Path(source).read_text())
    rules = {
        "terms": terms(derived["vocab"]),
        "profiles": profiles(derived),
        "events": events(derived),
        "entities": entities(derived["entities"]),
    }
    lines = [f'"{part}": {{\n' + ",\n".join(entry_lines(rules[part])) + "\n}" for part in rules]
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def entry_lines(part: dict[str, Any]) -> list[str]:
    """Write one entry a line, so that a change shows as a small difference."""
    compact: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":")}
    return [f"{json.dumps(key)}:{json.dumps(value, **compact)}" for key, value in part.items()]


if __name__ == "__main__":
    main(sys.argv[1])
