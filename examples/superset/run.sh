#!/usr/bin/env bash
# Superset on the published warehouse, in an environment of its own: examples/superset/run.sh [WAREHOUSE] [PORT]
# SUPERSET_HOME names another folder for its state, PYTHON another Python (3.11 or 3.12).
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
asked="${1:-$here/../../demo/warehouse}"
port="${2:-8088}"

if [ ! -e "$asked/scv.duckdb" ]; then
    echo "Nothing is published in $asked. Start a run first: make run, or scv run --warehouse DIR." >&2
    exit 2
fi
warehouse="$(cd "$asked" && pwd)"
"$here/install.sh"
environment="$here/.venv"
export SUPERSET_HOME="${SUPERSET_HOME:-$warehouse/build/superset}" SUPERSET_CONFIG_PATH="$here/superset_config.py"
export SCARF_ANALYTICS=false DO_NOT_TRACK=1 PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore
unset PYTHONPATH
mkdir -p "$SUPERSET_HOME"
log="$SUPERSET_HOME/superset.log"
for word in secret password; do
    if [ ! -s "$SUPERSET_HOME/$word" ]; then
        (umask 077 && "$environment/bin/python" -c 'import secrets; print(secrets.token_urlsafe(32))' > "$SUPERSET_HOME/$word")
    fi
done

echo "Preparing Superset: database, datasets, dashboards"
"$environment/bin/python" "$here/bundle.py" "$warehouse/scv.duckdb" "$SUPERSET_HOME/assets"
if ! "$environment/bin/python" "$here/prepare.py" "$SUPERSET_HOME/assets" > "$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "Superset could not be prepared; all it said is in $log." >&2
    exit 1
fi
echo "Superset: http://127.0.0.1:$port as admin, the password is in $SUPERSET_HOME/password"
exec "$environment/bin/gunicorn" --bind "127.0.0.1:$port" --workers 1 --threads 8 --timeout 300 \
    --error-logfile "$log" --log-level warning "superset.app:create_app()" >> "$log" 2>&1
