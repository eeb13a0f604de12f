"""The golden cases as data: their fixed ids and what must come out (truth/golden.json).

The rows themselves are written by golden.py.
"""

from __future__ import annotations

from orchestration.demo.catalogue import CAMPAIGNS

CHEQUE, CONTACTS, MORTGAGE = "golden-cheque", "golden-contacts", "golden-mortgage"
HUBSPOT_CONTACT = 99_000_001
LOGIN, DEVICE = "u-golden-contacts", "999000111.1700000000"
MAIL, PHONE = "grace.golden@gmail.com", "+12025550143"
OFFER = next(c for c in CAMPAIGNS if c.name == "2026-05 offer")


def described() -> dict[str, object]:
    """The cases as data, for truth/golden.json."""
    return {
        CHEQUE: {
            "profiles": [f"branch:{CHEQUE}", f"contact_centre:{CHEQUE}"],
            "payment": "branch:golden-cheque-fee",
            "amount": "120.00",
            "reference_price": "12.00",
            "price_gap": "0.90",
            "is_captive": True,
            "complaint": "branch:golden-cheque-complaint",
            "account_closed_on": "2026-04-01",
            "expected": "bad profit",
        },
        CONTACTS: {
            "profiles": [
                f"branch:{CONTACTS}",
                f"contact_centre:{CONTACTS}",
                f"hubspot:{HUBSPOT_CONTACT}",
            ],
            "email": MAIL,
            "phone": PHONE,
            "login_id": LOGIN,
            "device_id": DEVICE,
            "campaign_id": str(OFFER.campaign_id),
            "contacts": [
                "hubspot:golden-mail-sent",
                f"ga4_export:{DEVICE}",
                "contact_centre:golden-chat",
                "contact_centre:golden-call",
                "branch:golden-branch",
            ],
            "one_conversation": 3,
            "expected": "five contacts on one line; offer not made in the branch",
        },
        MORTGAGE: {
            "profiles": [f"branch:{MORTGAGE}", f"contact_centre:{MORTGAGE}"],
            "interaction": "contact_centre:golden-mortgage-call",
            "process_id": "branch:golden-mortgage-process",
            "front_priority": 1,
            "back_office_wait_days": 21,
            "expected": "flagged inconsistent",
        },
    }
