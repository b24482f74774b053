"""Parts of `manage.py doctor`: sync/health.py has the order in which it looks."""
