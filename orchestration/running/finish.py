"""How every run ends, however it went: the books closed, `quality.duckdb`, `status.json` and the report swapped."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from orchestration.errors import GateError, ScvError, UsageError
from orchestration.gates import report
from orchestration.machine import advice, trouble
from orchestration.publishing import status
from orchestration.publishing.quality import refresh_models, swap_quality
from orchestration.running import record
from orchestration.running.session import Session
from orchestration.running.summary import run_facts, summary
from orchestration.transformation.messages import without_values

_T = TypeVar("_T")


def finish(session: Session) -> dict[str, Any]:
    """Close the run and say how it went. Nothing here may hide the error that ended the run.

    A disk that is full may not let the books be closed; the next run closes them.
    """
    error = session.error
    message = _message(error)
    if error is not None and not isinstance(error, ScvError):
        trace = "".join(traceback.format_exception(error))
        _try(session, lambda: session.progress.note(f"unexpected error\n{without_values(trace)}"))
    facts = run_facts(session, None, session.outcome, message)
    with session.stage("finish"):
        facts = _try(session, lambda: _close_books(session, message)) or facts
        _try(session, lambda: _swap_quality(session))
    if error is None and session.error is not None:
        # What went wrong after readers got their version.
        facts = {**facts, "outcome": session.outcome, "message": _message(session.error)}
    code = 0 if session.error is None else getattr(session.error, "exit_code", 1)
    result = summary(session, {**facts, "seconds": session.seconds}, code)
    _try(session, lambda: _tell(session, result))
    return result


def _close_books(session: Session, message: str | None) -> dict[str, Any]:
    with session.connect() as con:
        record.write_results(con, session.run_id, session.unwritten_results())
        facts = run_facts(session, con, session.outcome, message)
        record.update(con, session.run_id, facts)
    return facts


def _swap_quality(session: Session) -> None:
    refresh_models(session)
    swap_quality(session)


def _tell(session: Session, result: Mapping[str, Any]) -> None:
    report.write(session.settings.reports, result, session.results)
    with session.connect(read_only=True) as con:
        status.write(session.settings, status.page_after_run(session.settings, con, result))


def _try(session: Session, work: Callable[[], _T]) -> _T | None:
    """Do one part of the ending; what goes wrong is told, and does not keep the others from being done."""
    try:
        return work()
    except Exception as problem:
        told = trouble(problem) or without_values(str(problem))
        with contextlib.suppress(OSError):
            session.progress.say(f"finish: not all of it could be written: {told}")
        session.error = session.error or problem
        return None


def _message(error: BaseException | None) -> str | None:
    if error is None:
        return None
    told = None if isinstance(error, GateError | UsageError) else trouble(error)
    if isinstance(error, ScvError):
        return f"{error}\n{advice(told)}" if told else str(error)
    if isinstance(error, KeyboardInterrupt):
        return "The run was interrupted; what was loaded stays, the next run continues."
    if told:
        return advice(told)
    return f"{type(error).__name__}: {without_values(str(error)).splitlines()[0] if str(error) else ''}"
