#!/bin/sh
# Contoso from its own files to one customer view. `make contoso` calls this.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bin="$here/../../.venv/bin"
"$bin/python" "$here/contoso.py" prepare
"$bin/scv" run --landing "$here/landing" --warehouse "$here/warehouse" --config "$here/config" --as-of 2019-06-30
"$bin/python" "$here/contoso.py" show
