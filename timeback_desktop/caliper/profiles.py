"""What each event type allows: its actions, and which entities may stand in its slots."""

from __future__ import annotations

from collections.abc import Mapping

from timeback_desktop.caliper.vocabulary import EventRule, is_term, rules

COMMON_SLOTS = rules().events["Event"].slots
ALWAYS_REQUIRED = ("id", "type", "actor", "action", "object", "eventTime")
PLAIN_PROPERTIES: Mapping[str, str] = {
    "id": "event-id",
    "type": "type",
    "profile": "string",
    "action": "string",
    "eventTime": "dateTime",
    "extensions": "map",
}


def rule_for(event_type: str) -> EventRule | None:
    """Return the rule of an event type, or ``None`` when it is not an event type."""
    return rules().events.get(event_type)


def allows_action(rule: EventRule, action: str) -> bool:
    """Tell whether an event type may carry this action."""
    return is_term("actions", action) if rule.actions == ("*",) else action in rule.actions


def actions_of(rule: EventRule) -> frozenset[str]:
    """Return the actions that an event type may carry."""
    return rules().terms["actions"] if rule.actions == ("*",) else frozenset(rule.actions)


def slots_for(rule: EventRule, action: str) -> dict[str, tuple[str, ...]]:
    """Return the entity types that each slot takes for this action."""
    merged = {**COMMON_SLOTS, **rule.slots}
    for row in rule.rows:
        if row.action == action:
            merged |= row.slots
    return merged


def required_for(rule: EventRule, action: str) -> tuple[str, ...]:
    """Return the properties that this event needs for this action."""
    return (*ALWAYS_REQUIRED, *rule.required, *rule.needs.get(action, ()))


def allows_profile(profile: str, event_type: str) -> bool:
    """Tell whether a profile exists and has this event type."""
    events = rules().profiles.get(profile)
    return events is not None and (not events or event_type in events)
