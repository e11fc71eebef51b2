"""Every method of the published clients 0.4.0, called as a program of a school would call them.

Started with the environment's own Python, the address and credentials in the environment:
``python tests/clients/newer.py BEYOND_AI``. The last line that it prints is the account.
"""

from __future__ import annotations

import os
import sys

from ledger import Ledger
from newer_caliper import Analytics, Events
from newer_case import Standards
from newer_edubridge import Bridge
from newer_gradebook import Gradebook
from newer_learning import Learning
from newer_rostering import Rostering
from newer_webhooks import Hooks
from timeback_caliper import CaliperClient
from timeback_case import CaseClient
from timeback_common import TimebackProvider
from timeback_edubridge import EdubridgeClient
from timeback_oneroster import OneRosterClient
from timeback_webhooks import WebhooksClient


def main(profile: str) -> None:
    """Run every story that the profile has paths for."""
    address = os.environ["BASE_URL"]
    provider = TimebackProvider(
        base_url=address,
        auth_url=f"{address}/{'auth/1.0' if profile == 'LEARNWITH_AI' else 'oauth2'}/token",
        client_id=os.environ["CLIENT_ID"],
        client_secret=os.environ["CLIENT_SECRET"],
        path_profile=profile,
    )
    ledger, mark = Ledger(), profile[0].lower()
    oneroster = ledger.watch(OneRosterClient(provider=provider), "oneroster")
    case = ledger.watch(CaseClient(provider=provider), "case")
    rostering, gradebook = Rostering(oneroster, mark), Gradebook(oneroster, mark)
    learning, standards = Learning(oneroster, mark), Standards(case, mark)
    steps = [oneroster.check_auth, *rostering.steps(), *gradebook.steps(), *learning.steps()]
    steps += standards.steps()
    caliper = ledger.watch(CaliperClient(platform=profile, provider=provider), "caliper")
    events = Events(caliper, mark, os.environ["APP_ID"])
    steps += events.steps()
    if profile == "BEYOND_AI":  # the other profile has no paths for these
        bridge = ledger.watch(EdubridgeClient(provider=provider), "edubridge")
        hooks = ledger.watch(WebhooksClient(provider=provider), "webhooks")
        steps += Analytics(bridge, events).steps()
        steps += [*Bridge(bridge, mark).steps(), *Hooks(hooks, mark).steps()]
    ledger.attempt(*steps, *learning.endings(), *gradebook.endings(), *rostering.endings())
    ledger.close()


if __name__ == "__main__":
    main(sys.argv[1])
