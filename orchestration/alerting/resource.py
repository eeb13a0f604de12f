"""The alerts as a Dagster resource; the places come from the environment."""

from __future__ import annotations

import os

import dagster as dg

from orchestration.alerting.alerts import Alert, from_environment


class AlertResource(dg.ConfigurableResource[None]):
    """Tells everybody whom `SCV_ALERT_*` names; see docs/runbook.md."""

    def send(self, alert: Alert) -> list[str]:
        """Returns the places that were reached."""
        return from_environment(os.environ).send(alert, dg.get_dagster_logger().warning)
