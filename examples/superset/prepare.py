"""Makes Superset's own database, its first user, and imports the asset files: python prepare.py FOLDER

All in one process, since Superset takes long to start.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from flask_migrate import upgrade
from superset.app import create_app


def main(folder: Path) -> None:
    """Bring Superset to where the files say it should be; what is there already stays."""
    home = Path(os.environ["SUPERSET_HOME"])
    app = create_app()
    with app.app_context():
        import superset

        upgrade(directory=str(Path(superset.__file__).parent / "migrations"))
        from flask import g
        from superset.commands.importers.v1.assets import ImportAssetsCommand
        from superset.extensions import appbuilder, security_manager

        appbuilder.add_permissions(update_perms=True)
        security_manager.sync_role_definitions()
        g.user = security_manager.find_user("admin") or security_manager.add_user(
            *("admin", "Local", "Admin", "admin@localhost", security_manager.find_role("Admin")),
            password=(home / "password").read_text().strip(),
        )
        ImportAssetsCommand(
            {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.yaml")}
        ).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
