"""Superset on one machine, with its state in the folder that `run.sh` names. Not for a network: see Superset's own guide."""

import os
from pathlib import Path

HOME = Path(os.environ["SUPERSET_HOME"])
SECRET_KEY = (HOME / "secret").read_text().strip()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{HOME / 'superset.db'}"
# The published file is read without copying; without this Superset refuses databases that are files.
PREVENT_UNSAFE_DB_CONNECTIONS = False
# Superset's pages would ask a counting pixel of another host; the browser is told not to.
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "force_https": False,
    "session_cookie_secure": False,
    "content_security_policy": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'", "'unsafe-inline'", "'unsafe-eval'"],
    },
}
WTF_CSRF_ENABLED = True
LANGUAGES = {
    "en": {"flag": "us", "name": "English"},
    "zh": {"flag": "cn", "name": "简体中文"},
}
