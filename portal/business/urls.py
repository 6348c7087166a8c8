"""URLs of this menu, written out."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from portal.access.guard import requires_link
from portal.business.contact_information.page import urlpatterns as contact_information
from portal.business.message_aliases.page import urlpatterns as message_aliases
from portal.business.password_requirements.page import PAGE as REQUIREMENTS
from portal.business.password_requirements.page import RequirementsView
from portal.business.roles.urls import urlpatterns as roles
from portal.business.schedules.urls import urlpatterns as schedules
from portal.business.user_templates import views as templates
from portal.business.user_templates.page import PAGE as TEMPLATES
from portal.business.users import bulk_views as bulk
from portal.business.users import views as users
from portal.business.users.page import PAGE as USERS
from portal.pages.urls import page_urls
from portal.pages.views import ListView

VIEW_TEMPLATES = requires_link("business.users.templates.view")

urlpatterns: list[URLPattern | URLResolver] = [
    *contact_information,
    *message_aliases,
    *roles,
    *schedules,
    path("users/<int:pk>/welcome/", users.welcome, name="business.users.welcome"),
    path("users/<int:pk>/unlock/", users.unlock, name="business.users.unlock"),
    path("users/<int:pk>/delete-messages/", users.delete_messages, name="business.users.delete_messages"),
    path("users/<int:pk>/delete-recordings/", users.delete_recordings, name="business.users.delete_recordings"),
    path("users/bulk-edit/", bulk.bulk_edit, name="business.users.bulk_edit"),
    path("users/bulk-edit/users.csv", bulk.export_csv, name="business.users.export"),
    path("users/bulk-edit/import/", bulk.import_csv, name="business.users.import"),
    *page_urls(USERS, list_view=users.UsersView, add_view=users.AddUserView, modify_view=users.ModifyUserView),
    path(
        "user-templates/",
        VIEW_TEMPLATES(ListView.as_view(page=TEMPLATES, template="business/user_templates/list.html")),
        name=TEMPLATES.name,
    ),
    path(
        "user-templates/<int:pk>/",
        VIEW_TEMPLATES(templates.TemplateView.as_view(page=TEMPLATES)),
        name=f"{TEMPLATES.name}.modify",
    ),
    path("user-templates/<int:pk>/copy/", templates.copy, name=f"{TEMPLATES.name}.copy"),
    path(
        "user-templates/<int:pk>/delete/",
        requires_link("business.users.templates.delete")(templates.DeleteTemplateView.as_view(page=TEMPLATES)),
        name=f"{TEMPLATES.name}.delete",
    ),
    path(
        "password-requirements/",
        requires_link("business.users.password_requirements")(RequirementsView.as_view(page=REQUIREMENTS)),
        name=REQUIREMENTS.name,
    ),
]
