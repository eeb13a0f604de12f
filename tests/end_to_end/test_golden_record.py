"""The golden record: every rule of `survivorship_rules.csv` is honoured, seen by changing it and nothing else.

One customer that four sources disagree about; the warehouse is built once, then only the golden record anew per rule.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from orchestration import database
from orchestration.running.seeds import complete_seeds
from orchestration.settings import REPOSITORY, Settings
from orchestration.transformation.dbt import DbtProject
from tests.warm import run_warm

HEADER = (
    "source_record_id,full_name,given_name,family_name,email,phone,birth_date,gender,address_line,"
    "city,postal_code,country,updated_at,party_type,job_title,company,language\n"
)
PERSON = {
    "alpha": "A1,Ann Lee,,,ann@old.com,020 7946 0001,1980-01-02,F,1 High St,York,YO1,GB,2025-01-01,",
    "beta": "B1,,Anne,Lee,ann@new.com,+44 20 7946 0001,1980-01-02,female,2 Low Road Flat 7,Leeds,,GB,2025-03-01,",
    "gamma": "C1,LEE  ANN,,,ANN@new.com,+44 20 7946 0009,1980-02-01,女,,,,United Kingdom,2025-06-01,",
    "delta": "D1,張偉,,,unknown,,1900-01-01,F,,,,,2025-02-01,",
}
# The same disagreement over three attributes, so that three rules are seen at once.
SAID = {"alpha": "CEO", "beta": "chief executive of it all", "gamma": "Clerk", "delta": "ceo"}
ALIKE = ("job_title", "company", "language")
PROFILES = {
    **{
        source: f"{row},{SAID[source]},{SAID[source]},{SAID[source]}\n"
        for source, row in PERSON.items()
    },
    "firms": "F1,,,,,,,,,,,,2025-02-01,organization,,Acme Ltd,\n",
}
# A couple, a widow in the same street, a tower where a common surname proves nothing, a household that only its bank
# knows, people who pay and are guarded, and a firm.
HOMES = [
    ("H1", "Ada Fox", "1 Mill Lane", "N1", ""),
    ("H2", "Ben Fox", "1 Mill Ln.", "N1", ""),
    ("H3", "Cy Fox", "9 Mill Lane", "N1", ""),
    *(
        (f"T{i}", f"{name} Wang", "5 Tower Road", "E1", "")
        for i, name in enumerate(["Bo", "Li", "Min"])
    ),
    *((f"T{i}", f"Tim Other{i}", "5 Tower Road", "E1", "") for i in range(3, 12)),
    *((f"W{i}", f"Wei{i} Wang", f"{i} Far Street", "W1", "") for i in range(12)),
    ("B1", "Dee Ash", "", "", ""),
    ("B2", "Eli Oak", "", "", ""),
    ("P1", "Flo Elm", "", "", "+442079460100"),
    ("P2", "Gus Elm", "", "", "+442079460100"),
    ("O1", "Oak Trading Ltd", "1 Mill Lane", "N1", ""),
]
# Firms share mailboxes with those who work there, with other firms, and with profiles that name nobody.
TRADE = """\
source_record_id,full_name,email,phone,party_type
F1,Elm Dairy Ltd,info@elm-dairy.com,+442079460200,person
F2,ELM DAIRY LIMITED,INFO@elm-dairy.com,,organization
F3,,info@elm-dairy.com,,
M1,Elm Dairy,dairy@mail.com,+442079460200,person
M2,Elm Dairy,dairy@mail.com,,
G1,Fir Bakery GmbH,accounts@books.com,,organization
G2,Gum Garage GmbH,accounts@books.com,,organization
"""
RELATIONSHIPS = """\
source_record_id,related_record_id,role,valid_from,valid_to
B1,B2,household,2020-01-01,
B1,H3,household,2010-01-01,2015-01-01
H1,H3,payer_of,,
H1,O1,employee_of,,
A9,A8,payer_of,,
H1,Z9,payer_of,,
"""
RULES = (REPOSITORY / "seeds" / "survivorship_rules.csv").read_text()
MODELS = [
    *("survivorship_rules", "int_source_beliefs", "golden_values", "dim_customer"),
    *("int_customer_past", "dim_customer_history"),
]


@dataclass(frozen=True)
class Warehouse:
    settings: Settings
    dbt: DbtProject

    def ask(self, query: str) -> list[Any]:
        with database.connect(self.settings, read_only=True) as con:
            rows = con.execute(query).fetchall()
        return [row[0] if len(row) == 1 else row for row in rows]

    def golden(self, attribute: str) -> Any:
        """The value of the one customer that four sources know."""
        [value] = self.ask(f"select {attribute} from core.dim_customer where profile_count = 4")
        return value

    def rebuild(self, rules: str) -> list[str]:
        """The golden record by other rules; returns what went wrong."""
        assert self.settings.config is not None
        (self.settings.config / "survivorship_rules.csv").write_text(rules)
        complete_seeds(self.settings)
        nodes = self.dbt.build(MODELS)
        return [node.message for node in nodes if node.is_failed]


Rule = tuple[str, str, str]


def with_rules(changed: dict[str, Rule], group: str = "") -> str:
    """The shipped rules with those of some attributes changed: strategy, source order, floor."""
    lines = []
    for line in RULES.splitlines():
        attribute, own_group, is_needed, *rule = line.split(",")
        rule = list(changed.get(attribute, rule))
        own_group = group if group and attribute in changed else own_group
        lines.append(",".join([attribute, own_group, is_needed, *rule]))
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    root = tmp_path_factory.mktemp("golden")
    config = root / "config"
    config.mkdir()
    (config / "sources.csv").write_text(
        "source_id,system,domain,owner,trust_tier,timezone,default_country,delivery,freshness_hours,on_failure,is_active\n"
        + "".join(
            f"{source},canonical,operational,Owner,{tier},UTC,GB,delta,24,stop,true\n"
            for tier, source in enumerate(PROFILES, 1)
        )
    )
    for source, row in PROFILES.items():
        folder = root / "landing" / source
        (folder / "profiles").mkdir(parents=True)
        (folder / "profiles" / "p.csv").write_text(HEADER + row, encoding="utf-8")
        if source in ("beta", "gamma", "delta"):
            (folder / "identifiers").mkdir()
            (folder / "identifiers" / "i.csv").write_text(
                "source_record_id,identifier_type,identifier_value\n"
                f"{row.split(',')[0]},external:alpha,A1\n"
            )
    homes = root / "landing" / "homes"
    for table in ("profiles", "identifiers", "relationships"):
        (homes / table).mkdir(parents=True)
    (homes / "profiles" / "p.csv").write_text(
        "source_record_id,full_name,address_line,postal_code,phone,party_type\n"
        + "".join(
            ",".join([*home, "organization" if home[0] == "O1" else ""]) + "\n" for home in HOMES
        )
        + "A8,Ann Lee,,,,\nA9,Ann Lee,,,,\n"
    )
    (homes / "identifiers" / "i.csv").write_text(
        "source_record_id,identifier_type,identifier_value\nA9,external:homes,A8\n"
    )
    (homes / "relationships" / "r.csv").write_text(RELATIONSHIPS)
    (root / "landing" / "trade" / "profiles").mkdir(parents=True)
    (root / "landing" / "trade" / "profiles" / "p.csv").write_text(TRADE)
    done = run_warm(
        *("run", "--as-of", "2026-06-30", "--landing", root / "landing"),
        *("--warehouse", root / "warehouse", "--config", config),
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return Settings(root / "landing", root / "warehouse", date(2026, 6, 30), config)


@pytest.fixture(scope="module")
def warehouse(built: Settings, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A copy to change the rules of; each test brings all of them."""
    root = tmp_path_factory.mktemp("changed")
    shutil.copytree(built.build, root / "warehouse" / "build")
    shutil.copytree(built.config or built.landing, root / "config")
    settings = replace(built, warehouse=root / "warehouse", config=root / "config")
    return Warehouse(settings, DbtProject(settings))


@pytest.fixture
def shipped(built: Settings) -> Warehouse:
    """The warehouse as the shipped rules made it. Read it only."""
    return Warehouse(built, DbtProject(built))


def test_shipped_rules(shipped: Warehouse) -> None:
    assert shipped.golden("full_name") == "LEE  ANN", "said twice, in two orders"
    assert shipped.golden("email") == "ANN@new.com"
    assert shipped.golden("birth_date") == date(1980, 1, 2)
    assert shipped.golden("email_count") == 2
    assert shipped.golden("phone_count") == 2
    assert shipped.golden("(has_name_conflict, has_birth_date_conflict, has_gender_conflict)") == (
        *(True, True, False),
    )


def test_an_address_comes_whole_from_one_profile_and_a_country_alone_is_none(
    shipped: Warehouse,
) -> None:
    assert shipped.golden("(address_line, city, postal_code, country)") == (
        *("2 Low Road Flat 7", "Leeds", None, "GB"),
    )


def test_winners_and_losers_say_why(shipped: Warehouse) -> None:
    said = {
        (attribute, source): (rank, is_winner, reason)
        for attribute, source, rank, is_winner, reason in shipped.ask(
            "select attribute, source_id, value_rank, is_winner, reason from identity.golden_values"
        )
    }
    assert said["email", "gamma"] == (1, True, "won by most recent: 2 of 3 profiles say so")
    assert said["email", "beta"] == (2, False, "agrees with the winner")
    assert said["email", "alpha"] == (3, False, "lost by most recent: 1 of 3 profiles say so")
    assert said["email", "delta"] == (None, False, "kept out: placeholder")
    assert said["birth_date", "delta"] == (None, False, "kept out: placeholder")
    assert said["gender", "delta"][2] == "agrees with the winner"
    assert said["phone", "beta"] == (2, False, "lost by most recent: 2 of 3 profiles say so")


def test_each_value_stands_once_with_what_it_was_compared_as(shipped: Warehouse) -> None:
    assert (
        shipped.ask(
            "select attribute from identity.golden_values "
            "group by source_id, source_record_id, attribute having count(*) > 1"
        )
        == []
    )
    compared = dict(
        shipped.ask("select source_id || ' ' || attribute, compared_as from identity.golden_values")
    )
    assert compared["alpha phone"] == compared["beta phone"] == "+442079460001"
    assert compared["beta country"] == compared["gamma country"] == "GB"
    assert compared["alpha gender"] == compared["gamma gender"] == "female"
    assert compared["delta full_name"] == "张伟"


def test_organisations_are_customers_of_their_own_kind(shipped: Warehouse) -> None:
    assert shipped.ask(
        "select display_name from core.dim_customer where party_type = 'organization' order by 1"
    ) == ["Acme Ltd", "Elm Dairy Ltd", "Fir Bakery GmbH", "Gum Garage GmbH", "Oak Trading Ltd"]


def test_a_firm_is_found_by_its_mailbox_and_never_joined_with_a_person_or_another_firm(
    shipped: Warehouse,
) -> None:
    members = shipped.ask(
        "select string_agg(source_record_id, ' ' order by source_record_id) "
        "from identity.crosswalk where source_id = 'trade' group by customer_id order by 1"
    )
    assert members == ["F1 F2 F3", "G1", "G2", "M1 M2"]
    assert shipped.ask("select email from core.dim_customer where full_name = 'Elm Dairy Ltd'") == [
        "info@elm-dairy.com"
    ], "info@ names no person, but a firm"


def records(shipped: Warehouse, query: str) -> list[Any]:
    """The answer with the records of `homes` in place of customer ids."""
    return shipped.ask(
        "with record as (select customer_id, min(source_record_id) as name "
        f"from identity.crosswalk where source_id = 'homes' group by customer_id) {query}"
    )


def test_households_are_persons_who_share_an_address_a_phone_or_are_said_to(
    shipped: Warehouse,
) -> None:
    assert records(
        shipped,
        "select string_agg(record.name, ' ' order by record.name), any_value(evidence) "
        "from core.household_members inner join record using (customer_id) "
        "group by household_id order by 1",
    ) == [
        ("B1 B2", "A source says that they are one household"),
        ("H1 H2", "Same address and same surname"),
        ("P1 P2", "Same phone and same surname"),
    ]
    assert shipped.ask("select distinct member_count from core.dim_household") == [2]
    assert shipped.ask("select count(*) from identity.int_profiles where source_id = 'homes'") == [
        len(HOMES) + 2
    ], "nobody was merged away"


def test_relationships_are_carried_between_customers(shipped: Warehouse) -> None:
    assert records(
        shipped,
        "select one.name, relationships.role, other.name, is_current "
        "from core.customer_relationships as relationships "
        "left join record as one on relationships.customer_id = one.customer_id "
        "left join record as other on relationships.related_customer_id = other.customer_id "
        "order by all",
    ) == [
        ("B1", "household", "B2", True),
        ("B1", "household", "H3", False),
        ("H1", "employee_of", "O1", True),
        ("H1", "payer_of", "H3", True),
        ("H1", "payer_of", None, True),
    ], "two profiles of one customer have no relationship"
    assert shipped.ask(
        "select rows_landed, rows_difference from quality.reconciliation "
        "where entity = 'relationships'"
    ) == [(6, 0)]


@pytest.mark.parametrize(
    "rules",
    [
        {
            ("source_priority", "", ""): "CEO",
            ("source_priority", "gamma > delta", ""): "Clerk",
            ("source_priority", "delta", ""): "ceo",
        },
        {
            ("most_recent", "", ""): "Clerk",
            ("most_frequent", "", ""): "ceo",
            ("most_complete", "", ""): "chief executive of it all",
        },
        {
            ("most_recent", "", "0.5"): None,
            ("most_frequent", "", "0.5"): "ceo",
            ("most_frequent", "", "0.51"): None,
        },
    ],
)
def test_a_changed_rule_changes_the_value(
    warehouse: Warehouse, rules: dict[Rule, str | None]
) -> None:
    assert warehouse.rebuild(with_rules(dict(zip(ALIKE, rules, strict=True)))) == []
    expected = tuple(rules.values())
    assert warehouse.golden(f"({', '.join(ALIKE)})") == expected
    assert warehouse.ask(
        f"select ({', '.join(ALIKE)}) from core.dim_customer_history "
        "where is_current and profile_count = 4"
    ) == [expected]


def test_a_changed_rule_holds_for_the_past_too(shipped: Warehouse, warehouse: Warehouse) -> None:
    by_time = (
        "select job_title from core.dim_customer_history where customer_id in "
        "(select customer_id from core.dim_customer where profile_count = 4) order by valid_from"
    )
    assert shipped.ask(by_time) == ["CEO", "ceo", "chief executive of it all", "Clerk"]
    rule = ("source_priority", "delta > alpha", "")
    assert warehouse.rebuild(with_rules({"job_title": rule})) == []
    assert warehouse.ask(by_time) == ["CEO", "ceo", "ceo", "ceo"]


def test_groups_move_together_and_what_has_no_rule_has_no_value(warehouse: Warehouse) -> None:
    rule = ("source_priority", "gamma", "")
    rules = with_rules({"job_title": rule, "gender": rule}, group="work").splitlines()
    rules = [line for line in rules if not line.startswith("company")]
    assert warehouse.rebuild("\n".join(rules) + "\n") == []
    assert warehouse.golden("(job_title, gender, company)") == ("Clerk", "女", None)


def test_rules_that_cannot_be_honoured_are_refused_by_name(warehouse: Warehouse) -> None:
    rules = with_rules(
        {
            "email": ("newest", "", ""),
            "city": ("most_complete", "", ""),
            "phone": ("most_recent", "", "50"),
        }
    )
    rules += "shoe_size,shoe_size,,most_recent,,\ngender,gender,,most_frequent,,\n"
    told = "\n".join(warehouse.rebuild(rules))
    for problem in (
        "strategy 'newest' of 'email' is none of",
        "attributes of group 'address' have different rules",
        "min_agreement of 'phone' is not between 0 and 1",
        "'shoe_size' is no attribute",
        "'gender' is listed twice",
    ):
        assert problem in told
