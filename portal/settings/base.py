"""Settings common to production, development and tests. Everything about *this* instance (addresses,
folders, database) comes from `instance.py`; nothing is read from the environment here."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import instance
from portal.settings.keys import django_key

BASE_DIR = Path(__file__).resolve().parents[2]
INSTANCE = instance.load()

SECRET_KEY = django_key(INSTANCE.keys)
DEBUG = False
ALLOWED_HOSTS = ["*"]  # nginx answers only on our own addresses; the box is reached by any name it has
ROOT_URLCONF = "portal.urls"
ASGI_APPLICATION = "portal.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "business.User"
ANONYMOUS_USER_NAME = None  # guardian: no row for anonymous people

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "django_htmx",
    "guardian",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "portal.access",
    "portal.audit",
    "portal.publish",
    "portal.live",
    "portal.pages",
    "portal.api",
    "portal.home",
    "portal.phone_system",
    "portal.business",
    "portal.network",
    "portal.servers",
    "portal.reports",
    "portal.maintenance",
    "portal.my_manager",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.access.middleware.ForcedChangeMiddleware",
    "portal.access.middleware.ViewAsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.pages.context.page",
            ],
        },
    }
]

AUTHENTICATION_BACKENDS = [
    "portal.access.backend.UsernameBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = ["portal.access.hashers.Argon2id"]
LOGIN_URL = "/login/"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # set by nginx, the only peer on our unix socket
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # login names are unique without regard to case, by a constraint


def database(url: str) -> dict[str, Any]:
    """Django's form of DATABASE_URL: sqlite:///path or postgresql://user:password@host:port/name."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": "/" + parts.path.lstrip("/"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    if parts.scheme in ("postgres", "postgresql"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
        }
    raise instance.BadSetting(f"DATABASE_URL must begin with sqlite:/// or postgresql://; it is {parts.scheme!r}.")


DATABASES = {"default": database(INSTANCE.database_url)}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [INSTANCE.redis_url]},
    }
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "media-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
VENDOR_STATIC = INSTANCE.var / "vendor"  # Tabler, htmx: copied there by `make vendor`
if VENDOR_STATIC.exists():
    STATICFILES_DIRS.append(("vendor", VENDOR_STATIC))
STATIC_ROOT = INSTANCE.var / "static"

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["portal.api.permissions.LinkPermission"],
    "DEFAULT_PAGINATION_CLASS": "portal.api.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "portal.api.errors.problem",
    "DEFAULT_THROTTLE_CLASSES": ["portal.api.throttles.SignedIn", "portal.api.throttles.Strangers"],
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Switchroom",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVERS": [{"url": "/"}],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "HandsetKind": "portal.phone_system.handsets.models.Handset.Kind",
        "PresenceName": "portal.business.users.api.PRESENCES",
        "QueueNumber": "portal.business.user_templates.models.QUEUES",
        "AttendantNumber": "portal.business.user_templates.models.ATTENDANTS",
        "DidLanguage": "portal.phone_system.did_blocks.models.DidLanguage",
        "UserLanguage": "portal.business.user_templates.models.Language",
        "ScheduleMode": "portal.business.schedules.api.MODES",
    },
}
SERVER_MODEL = "48x"
LICENCE_POLICY = "unlocked"
