"""The scopes that a token can carry, by their full names; they are compared whole.

What an app may ask for depends on where it stands (:data:`DRAFT`, :data:`ACTIVE`) and on the
environment: in the sandbox even a draft may do everything.
"""

from __future__ import annotations

_CALIPER = "https://purl.imsglobal.org/spec/caliper/v1p2/scope/"
_ONEROSTER = "https://purl.imsglobal.org/spec/or/v1p2/scope/"
_LTI = "https://purl.imsglobal.org/spec/lti/v1p3/scope/"
_OWN = "urn:timeback:scope:"

EVENTS_WRITE = f"{_CALIPER}events.write"
EVENTS_READONLY = f"{_CALIPER}events.readonly"
ALL_SCOPES = (EVENTS_WRITE, EVENTS_READONLY)

ROSTER_CORE_READONLY = f"{_ONEROSTER}roster-core.readonly"
ROSTER_READONLY = f"{_ONEROSTER}roster.readonly"
ROSTER_DEMOGRAPHICS_READONLY = f"{_ONEROSTER}roster-demographics.readonly"
ROSTER_CREATEPUT = f"{_ONEROSTER}roster.createput"
ROSTER_DELETE = f"{_ONEROSTER}roster.delete"
GRADEBOOK_CORE_READONLY = f"{_ONEROSTER}gradebook-core.readonly"
GRADEBOOK_READONLY = f"{_ONEROSTER}gradebook.readonly"
GRADEBOOK_CREATEPUT = f"{_ONEROSTER}gradebook.createput"
GRADEBOOK_CREATEPOST = f"{_ONEROSTER}gradebook.createpost"
GRADEBOOK_DELETE = f"{_ONEROSTER}gradebook.delete"
ASSESSMENT_READONLY = f"{_ONEROSTER}assessment.readonly"
ASSESSMENT_CREATEPUT = f"{_ONEROSTER}assessment.createput"
ASSESSMENT_DELETE = f"{_ONEROSTER}assessment.delete"
RESOURCE_CORE_READONLY = f"{_ONEROSTER}resource-core.readonly"
RESOURCE_READONLY = f"{_ONEROSTER}resource.readonly"
RESOURCE_CREATEPUT = f"{_ONEROSTER}resource.createput"
RESOURCE_DELETE = f"{_ONEROSTER}resource.delete"

LTI_READONLY = f"{_LTI}lti.readonly"
LTI_CREATEPUT = f"{_LTI}lti.createput"

APPLICATIONS_READONLY = f"{_OWN}applications.readonly"
APPLICATIONS_CREATEPUT = f"{_OWN}applications.createput"
CREDENTIALS_CREATEPUT = f"{_OWN}credentials.createput"
CREDENTIALS_DECRYPT = f"{_OWN}credentials.decrypt"
PRIVACY_READONLY = f"{_OWN}privacy.readonly"

ROSTER = (
    ROSTER_CORE_READONLY,
    ROSTER_READONLY,
    ROSTER_CREATEPUT,
    ROSTER_DELETE,
    GRADEBOOK_CORE_READONLY,
    GRADEBOOK_READONLY,
    GRADEBOOK_CREATEPUT,
    GRADEBOOK_CREATEPOST,
    GRADEBOOK_DELETE,
    ASSESSMENT_READONLY,
    ASSESSMENT_CREATEPUT,
    ASSESSMENT_DELETE,
    RESOURCE_CORE_READONLY,
    RESOURCE_READONLY,
    RESOURCE_CREATEPUT,
    RESOURCE_DELETE,
)
PRIVATE = (
    ROSTER_DEMOGRAPHICS_READONLY,
    CREDENTIALS_CREATEPUT,
    CREDENTIALS_DECRYPT,
    PRIVACY_READONLY,
)
"""What tells most about a child: no tier has these, a school grants them one by one."""

DRAFT = (LTI_READONLY,)
"""A draft in production: its tokens are given out, and everything it writes is refused."""
ACTIVE = (*ALL_SCOPES, *ROSTER, LTI_READONLY, LTI_CREATEPUT)
SANDBOX = (*ACTIVE, *PRIVATE)
PUBLISHER = (APPLICATIONS_READONLY, APPLICATIONS_CREATEPUT)
"""What the client of a publisher itself may do: look after its apps."""
EVERY_SCOPE = (*SANDBOX, *PUBLISHER)
