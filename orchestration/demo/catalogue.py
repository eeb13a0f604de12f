"""What the company has of its own: products, campaigns, staff, branches, surveys, fixes.

The same at every size and seed. Does not hold: anything about one customer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

FIRST_DAY = date(2023, 7, 1)
LAST_DAY = date(2026, 6, 30)
DAY = 86_400
EPOCH = date(1970, 1, 1)


def seconds_of(day: date) -> int:
    """Seconds since 1970 at midnight UTC of a day."""
    return (day - EPOCH).days * DAY


START = seconds_of(FIRST_DAY)
END = seconds_of(LAST_DAY) + DAY


@dataclass(frozen=True)
class Product:
    """One product; price and cost in US cents; `defects` is the share of lines that fail."""

    product_id: int
    name: str
    category: str
    price: int
    cost: int
    defects: float


_PRODUCTS = """
Wool Blanket|Home|5900|.03
Ceramic Mug Set|Home|2400|.06
Desk Lamp|Home|4500|.05
Cotton Towels|Home|2900|.03
Cast Iron Pan|Kitchen|6900|.02
Chef Knife|Kitchen|8900|.03
Electric Kettle|Kitchen|3900|.12
Espresso Machine|Kitchen|34900|.15
Rice Cooker|Kitchen|7900|.06
Storage Boxes|Home|1900|.02
Wireless Earbuds|Electronics|9900|.18
Phone Charger|Electronics|1900|.10
Smart Speaker|Electronics|12900|.09
Tablet Stand|Electronics|2900|.04
Action Camera|Electronics|24900|.11
Power Bank|Electronics|3900|.09
Running Shoes|Sports|11900|.08
Yoga Mat|Sports|3400|.03
Water Bottle|Sports|2200|.04
Tennis Racket|Sports|14900|.04
Rain Jacket|Clothing|12900|.07
Linen Shirt|Clothing|5400|.08
Wool Socks|Clothing|1600|.02
Denim Jeans|Clothing|7400|.09
Winter Coat|Clothing|19900|.07
Face Cream|Beauty|3200|.04
Hair Dryer|Beauty|6900|.10
Perfume|Beauty|8400|.03
Board Game|Toys|3900|.02
Building Blocks|Toys|4900|.02
Tea Selection|Food|2100|.02
Olive Oil|Food|1800|.05
Dark Chocolate|Food|900|.03
Coffee Beans|Food|1700|.03
Suitcase|Travel|15900|.08
Travel Pillow|Travel|2500|.05
Backpack|Travel|8900|.05
Garden Hose|Garden|3600|.09
Plant Pots|Garden|2700|.06
Office Chair|Office|22900|.12
"""


def _products() -> tuple[Product, ...]:
    rows = (line.split("|") for line in _PRODUCTS.strip().splitlines())
    return tuple(
        Product(
            7_740_000_000 + 97 * i, name, category, int(price), int(price) * 55 // 100, float(d)
        )
        for i, (name, category, price, d) in enumerate(rows)
    )


PRODUCTS = _products()


@dataclass(frozen=True)
class Campaign:
    """One e-mail campaign, sent in one morning."""

    campaign_id: int
    name: str
    kind: str
    sent_at: int
    cost: int


def _campaigns() -> tuple[Campaign, ...]:
    """Two a month: a newsletter on the 5th, an offer on the 18th."""
    found: list[Campaign] = []
    for month in range(36):
        year, index = divmod(FIRST_DAY.month - 1 + month, 12)
        first = date(FIRST_DAY.year + year, index + 1, 1)
        for kind, offset in (("newsletter", 4), ("offer", 17)):
            number = 75_000_000 + len(found) * 131
            name = f"{first:%Y-%m} {kind}"
            sent = seconds_of(first + timedelta(days=offset)) + 9 * 3600
            found.append(Campaign(number, name, kind, sent, 120_000 if kind == "offer" else 40_000))
    return tuple(found)


CAMPAIGNS = _campaigns()


@dataclass(frozen=True)
class Employee:
    """One agent of the contact centre or clerk of a branch; bots are employees too."""

    employee_id: str
    name: str
    team: str
    org_unit: str
    role: str
    is_trained: bool
    is_bot: bool
    hired: date


_STAFF_NAMES = """
Priya Raman|Tom Becker|Lucía Ortega|Mei Fong|Jonas Weber|Amara Okafor|Kenji Sato|Nadia Petrova
Ivan Kolar|Sofia Rossi|Ahmed Mansour|Elena Dimitrova|Carlos Vega|Ingrid Solberg|Yusuf Demir
Marta Nowak|Pavel Hruby|Leila Haddad|Oskar Lindqvist|Rania Aziz|Diego Fuentes|Hana Kimura
Viktor Balan|Noor Rahman|Clara Duarte|Bilal Khan|Greta Vogel|Mateo Silva|Anja Krüger|Rui Costa
陈静|王强|李娜|刘洋|黃志明|何嘉欣|林建国|周敏|吴涛|赵颖
"""


def _employees() -> tuple[Employee, ...]:
    names = [name for line in _STAFF_NAMES.strip().splitlines() for name in line.split("|")]
    units = (("Voice", "contact_centre"), ("Messaging", "contact_centre"), ("Branch", "branch"))
    staff = []
    for i, name in enumerate(names):
        team, unit = units[i % 3]
        hired = date(2019, 1, 7) + timedelta(days=61 * i)
        role = "team lead" if i % 10 == 0 else "agent"
        staff.append(Employee(f"E{1001 + i}", name, team, unit, role, i % 4 != 0, False, hired))
    for number, name in ((1, "Ada"), (2, "小助手")):
        hired = date(2024, 2, 1)
        staff.append(
            Employee(f"BOT{number}", name, "Bots", "contact_centre", "bot", True, True, hired)
        )
    return tuple(staff)


EMPLOYEES = _employees()

# Topics of needs, complaints and reviews; the position is the topic's number everywhere.
TOPICS = ("delivery", "product_quality", "returns", "price", "app", "staff", "fees", "account")
DELIVERY, QUALITY, RETURNS, PRICE, APP, STAFF, FEES, ACCOUNT = range(8)

# A carrier was changed on this day: late deliveries fall after it (the fix of topic delivery).
CARRIER_FIXED = seconds_of(date(2026, 1, 15))
# A bad release of the app was live between these two days.
APP_BROKEN = seconds_of(date(2025, 3, 3))
APP_FIXED = seconds_of(date(2025, 5, 20))

BRANCHES = ("Shanghai Bund", "Beijing Chaoyang", "Hong Kong Central", "New York Broadway", "London")
PLANS = (("basic", 499), ("plus", 999), ("family", 1499), ("business", 4900))
ACCOUNT_PLANS = ("current", "savings", "credit_card", "mortgage")
MONTHLY_FEES = (500, 0, 900, 0)
