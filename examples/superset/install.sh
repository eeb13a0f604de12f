#!/usr/bin/env bash
# Makes the environment of the Superset example from requirements.txt; at once where it is there already.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
environment="$here/.venv"
if [ -e "$environment/.installed" ] && [ ! "$here/requirements.txt" -nt "$environment/.installed" ]; then
    exit 0
fi
python=
for candidate in "${PYTHON:-python3}" python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2> /dev/null; then
        python="$candidate"
        break
    fi
done
if [ -z "$python" ]; then
    echo "Superset 6.1 wants Python 3.11 or 3.12; name one: PYTHON=/path/to/python3.12 $0" >&2
    exit 1
fi
echo "Installing Superset into $environment (some minutes, once)"
rm -rf "$environment"
"$python" -m venv "$environment"
"$environment/bin/pip" install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes -r "$here/requirements.txt"
touch "$environment/.installed"
