#!/usr/bin/env bash
# Superset on the published warehouse, in an environment and folder of its own: examples/superset/run.sh [WAREHOUSE] [PORT]
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
warehouse="$(cd "${1:-$here/../../demo/warehouse}" && pwd)"
port="${2:-8088}"
home="${SUPERSET_HOME:-$warehouse/build/superset}"
python="${PYTHON:-python3}"
mkdir -p "$home"
export SUPERSET_HOME="$home" SUPERSET_CONFIG_PATH="$here/superset_config.py" FLASK_APP=superset
export SCARF_ANALYTICS=false DO_NOT_TRACK=1

if [ ! -x "$home/venv/bin/superset" ]; then
    echo "Installing Superset into $home/venv (some minutes, once)"
    "$python" -m venv "$home/venv"
    "$home/venv/bin/pip" install --quiet -r "$here/requirements.txt"
fi
PATH="$home/venv/bin:$PATH"
if [ ! -f "$home/secret" ]; then
    (umask 077 && python -c 'import secrets; print(secrets.token_urlsafe(48))' > "$home/secret")
fi
if [ ! -f "$home/ready" ]; then
    rm -f "$home/superset.db"
    (umask 077 && python -c 'import secrets; print(secrets.token_urlsafe(12))' > "$home/password")
    superset db upgrade > /dev/null 2>&1
    superset fab create-admin --username admin --firstname A --lastname Admin --email admin@localhost \
        --password "$(cat "$home/password")" > /dev/null 2>&1
    superset init > /dev/null 2>&1
    touch "$home/ready"
fi
python "$here/bundle.py" "$warehouse/scv.duckdb" "$home/bundle.zip"
superset import-dashboards -p "$home/bundle.zip" -u admin 2>&1 | grep -iE "error|failed" || true
echo "Superset: http://127.0.0.1:$port as admin, password in $home/password"
exec superset run -h 127.0.0.1 -p "$port" --with-threads
