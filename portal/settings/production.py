"""What `make run` and `make service` use."""

from portal.settings.base import *  # noqa: F403

# Events go to stderr, one line each; supervisord or journald adds the process and keeps them. The journal adds the
# time too, files do not, so it is in the line.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # one line for every tick would bury the events
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "django": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
