"""Write, audit, publish: a new version is built beside, judged, and only then given to readers, all at once."""

from __future__ import annotations

import os
import shutil

from orchestration.errors import GateError, ScvError
from orchestration.gates import arrivals
from orchestration.gates.gate import judge
from orchestration.gates.results import CheckResult
from orchestration.linkage.card import score_run
from orchestration.metrics.views import publish_metrics
from orchestration.pages.report import refresh_overview
from orchestration.publishing import memory
from orchestration.publishing.build import build_file
from orchestration.publishing.give import give
from orchestration.publishing.versions import FILE_NAME, remove_unfinished
from orchestration.running import record
from orchestration.running.session import Session
from orchestration.running.summary import run_facts
from orchestration.transformation.manifest import published_relations


def publish(session: Session, found: list[CheckResult]) -> dict[str, int]:
    """Publish the working database as it is; adds the gate's results to `found`, returns rows by relation."""
    settings = session.settings
    relations = published_relations(session.dbt.manifest())
    if not relations:
        raise ScvError(
            "No model says `config: {meta: {published: true}}`, so there is nothing to publish."
        )
    remove_unfinished(settings)
    beside = settings.versions / f".{session.run_id}"
    if settings.truth is not None:
        score_run(session, settings.truth)
    with session.stage("publish"):
        session.progress.say(f"publish: copying {len(relations)} relations")
        with session.connect() as con:
            record.write_results(con, session.run_id, session.unwritten_results())
            facts = run_facts(session, con, outcome="published")
            record.update(con, session.run_id, facts)
            arrivals.mark_published(con, session.run_id)
            # In the same connection: closing one that wrote goes through every table there is.
            memory.save(con, beside / memory.FOLDER, settings, session.run_id)
        rows = build_file(
            settings.build_database,
            beside / FILE_NAME,
            relations,
            settings.temporary,
            settings.served_database,
        )
        publish_metrics(session.dbt.semantic_manifest_path, beside / FILE_NAME)
    try:
        judge(session, "published", found, beside / FILE_NAME, rows)
    except GateError:
        remove_unfinished(settings)
        raise
    with session.stage("publish"):
        session.published = give(settings, beside, session.run_id, session.keep)
        refresh_overview(session.settings, session.progress.note)
        _mart(session)
        shutil.rmtree(settings.first_load, ignore_errors=True)
    return rows


def _mart(session: Session) -> None:
    """The PostgreSQL database that is to follow every run; when it cannot, the file is published all the same."""
    address = os.environ.get("SCV_PUBLISH_TO")
    if not address:
        return
    from orchestration.postgres.publish import publish_to

    try:
        done = publish_to(session.settings, address, os.environ.get("SCV_ROWS_BY") or None)
        changed = sum(one.how != "unchanged" for one in done)
        session.progress.say(f"postgresql: {len(done)} tables, {changed} of them changed")
    except ScvError as problem:
        session.progress.say(f"postgresql: NOT brought up to date. {problem}")
