from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from iamconsole.checks import refuse_to_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iamconsole.settings")

application = get_wsgi_application()
refuse_to_start()
