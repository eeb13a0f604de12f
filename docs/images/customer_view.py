"""Draws `customer-view.png` for the README: one invented customer of the demo, from the published file.

    .venv/bin/python docs/images/customer_view.py demo/warehouse/scv.duckdb docs/images/customer-view.png

Needs Debian's `chromium`.
"""

from __future__ import annotations

import html
import sys
from pathlib import Path
from typing import Any

import duckdb
from playwright.sync_api import sync_playwright

PAGE = """<!doctype html><meta charset="utf-8"><style>
* {{ box-sizing: border-box }}
body {{ margin: 0; width: 1180px; font: 14px/1.45 system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; color: #1d2733; background: #fff }}
main {{ display: grid; grid-template-columns: 300px 1fr; border: 1px solid #d5dce4; border-radius: 10px; margin: 12px; overflow: hidden }}
aside {{ background: #17324d; color: #e8eff6; padding: 22px }}
aside h1 {{ font-size: 23px; margin: 0 0 2px }} aside .id {{ color: #9db6cd; font: 12px ui-monospace, monospace }}
dl {{ margin: 18px 0 0 }} dt {{ color: #9db6cd; font-size: 12px; margin-top: 9px }} dd {{ margin: 0 }}
.chip {{ display: inline-block; background: #28496a; border-radius: 9px; padding: 1px 9px; margin: 3px 3px 0 0; font-size: 12px }}
section {{ padding: 18px 22px }}
.tiles {{ display: grid; grid-template-columns: repeat(4, 1fr); gap: 12px }}
.tile {{ border: 1px solid #d5dce4; border-top: 4px solid var(--c); border-radius: 8px; padding: 10px 14px }}
.tile h2 {{ margin: 0 0 6px; font-size: 12px; letter-spacing: .04em; text-transform: uppercase; color: #5a6b7d }}
.big {{ font-size: 24px; font-weight: 650 }} .tile p {{ margin: 2px 0 0; color: #44566a; font-size: 13px }}
table {{ width: 100%; border-collapse: collapse; margin-top: 14px; font-size: 13px }}
td {{ padding: 5px 8px; border-top: 1px solid #e6ebf0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; max-width: 250px }}
td:first-child {{ color: #5a6b7d; font-variant-numeric: tabular-nums }} td.n {{ text-align: right; font-variant-numeric: tabular-nums }}
i {{ display: inline-block; width: 9px; height: 9px; border-radius: 5px; margin-right: 7px; background: var(--c) }}
h3 {{ margin: 20px 0 0; font-size: 12px; letter-spacing: .04em; text-transform: uppercase; color: #5a6b7d }}
</style><main><aside><h1>{display_name}</h1><div class="id">{customer_id}</div><dl>{facts}</dl>
<dl><dt>one customer, {profile_count} profiles in {source_count} systems</dt><dd>{chips}</dd></dl></aside>
<section><div class="tiles">{tiles}</div><h3>core.customer_timeline — the newest events of all domains</h3>
<table>{timeline}</table></section></main>"""

COLOURS = {
    "voc": "#c2571a",
    "operational": "#2f6fb0",
    "financial": "#2c8a5b",
    "interaction": "#7a4fa3",
}


def text(value: Any) -> str:
    return html.escape(str(value)) if value not in (None, "") else "–"


def tile(domain: str, title: str, big: str, *lines: str) -> str:
    rest = "".join(f"<p>{line}</p>" for line in lines)
    return f'<div class="tile" style="--c:{COLOURS[domain]}"><h2>{title}</h2><div class="big">{big}</div>{rest}</div>'


def page(database: str) -> str:
    with duckdb.connect(database, read_only=True) as connection:
        # The liveliest customer whom all four domains know, with ties broken by id.
        cursor = connection.execute(
            "select * from marts.customer_360 where domain_count = 4 and last_nps_score is not null and phone is not null "
            "and birth_date is not null and city is not null and overdue_amount is null "
            "order by source_count desc, feedback_count + ticket_count + complaint_count desc, customer_id limit 1"
        )
        names = [column[0] for column in cursor.description or []]
        row = dict(zip(names, cursor.fetchone() or (), strict=True))
        profiles = connection.execute(
            "select source_id || ':' || source_record_id from identity.crosswalk where customer_id = ? order by 1",
            [row["customer_id"]],
        ).fetchall()
        events = connection.execute(
            "select occurred_at, domain, event_type, source_id, channel, summary, "
            "coalesce(format('{:,.2f} ', amount) || currency, 'score ' || cast(score as integer)) "
            "from (select * from core.customer_timeline where customer_id = ? and occurred_at < ? and event_type not like 'feedback_%' "
            "qualify row_number() over (partition by domain order by occurred_at desc, source_key) <= 4) "
            "order by occurred_at desc",
            [row["customer_id"], f"{row['as_of_date']} 23:59:59"],
        ).fetchall()
    money = row["reporting_currency"]
    facts = "".join(
        f"<dt>{label}</dt><dd>{text(row[name])}</dd>"
        for label, name in (
            ("e-mail", "email"), ("phone", "phone"), ("born", "birth_date"), ("city", "city"), ("country", "country"),
        )
    )  # fmt: skip
    tiles = [
        tile(
            "voc", "voice", f"NPS {row['last_nps_score']:.0f}", f"{row['feedback_count']} pieces of feedback",
            f"{row['complaint_count']} complaints, {row['review_count']} reviews",
        ),
        tile(
            "operational", "operational", f"{row['order_count']} orders", f"{row['late_delivery_count']} delivered late",
            f"{row['ticket_count']} tickets, {row['open_ticket_count']} open",
        ),
        tile(
            "financial", "financial", f"{row['net_paid_amount'] or 0:,.0f} {money}", f"refunds {row['refunded_amount'] or 0:,.0f}",
            f"monthly {row['monthly_recurring_amount'] or 0:,.0f}",
        ),
        tile(
            "interaction", "interaction", f"{row['interaction_count']} contacts", f"{row['web_session_count']} web sessions",
            f"prefers {text(row['preferred_channel'])}",
        ),
    ]  # fmt: skip
    timeline = "".join(
        f'<tr><td>{at:%Y-%m-%d %H:%M}</td><td style="--c:{COLOURS[domain]}"><i></i>{text(kind).replace("_", " ")}</td>'
        f"<td>{text(source)}</td><td>{text(channel)}</td><td>{text(summary)}</td><td class=n>{text(amount)}</td></tr>"
        for at, domain, kind, source, channel, summary, amount in events
    )
    return PAGE.format(
        facts=facts,
        tiles="".join(tiles),
        timeline=timeline,
        chips="".join(f'<span class="chip">{text(name)}</span>' for (name,) in profiles),
        **{
            name: text(row[name])
            for name in ("display_name", "customer_id", "profile_count", "source_count")
        },
    )


def main(database: str, target: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        sheet = browser.new_page(viewport={"width": 1204, "height": 600})
        sheet.set_content(page(database))
        sheet.locator("main").screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], str(Path(sys.argv[2])))
