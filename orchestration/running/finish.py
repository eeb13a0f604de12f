"""How every run ends, however it went: the books closed, `quality.duckdb`, `status.json` and the report swapped."""

from __future__ import annotations

import traceback
from typing import Any

from orchestration.errors import ScvError
from orchestration.gates import report
from orchestration.publishing import status
from orchestration.publishing.quality import refresh_models, swap_quality
from orchestration.running import record
from orchestration.running.session import Session
from orchestration.running.summary import run_facts, summary
from orchestration.transformation.messages import without_values


def finish(session: Session) -> dict[str, Any]:
    """Close the run and say how it went. Nothing here may hide the error that ended the run."""
    error = session.error
    message = _message(error)
    if error is not None and not isinstance(error, ScvError):
        trace = "".join(traceback.format_exception(error))
        session.progress.note(f"unexpected error\n{without_values(trace)}")
    with session.stage("finish"):
        with session.connect() as con:
            record.write_results(con, session.run_id, session.unwritten_results())
            facts = run_facts(session, con, session.outcome, message)
            record.update(con, session.run_id, facts)
        try:
            refresh_models(session)
            swap_quality(session)
        except Exception as problem:
            session.progress.note(f"quality.duckdb was not swapped: {without_values(str(problem))}")
            session.error = session.error or problem
            if error is None:
                raise
    code = 0 if error is None else getattr(error, "exit_code", 1)
    result = summary(session, {**facts, "seconds": session.seconds}, code)
    report.write(session.settings.reports, result, session.results)
    with session.connect(read_only=True) as con:
        status.write(session.settings, status.page_after_run(session.settings, con, result))
    return result


def _message(error: BaseException | None) -> str | None:
    if error is None:
        return None
    if isinstance(error, ScvError):
        return str(error)
    if isinstance(error, KeyboardInterrupt):
        return "The run was interrupted; what was loaded stays, the next run continues."
    return f"{type(error).__name__}: {without_values(str(error)).splitlines()[0] if str(error) else ''}"
