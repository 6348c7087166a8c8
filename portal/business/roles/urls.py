"""URLs of Business > Roles, written out."""

from __future__ import annotations

from django.urls import URLPattern, path

from portal.business.roles import people
from portal.business.roles.page import PAGE
from portal.pages.urls import page_urls

urlpatterns: list[URLPattern] = [
    *page_urls(PAGE, list_view=people.RolesView, add_view=people.AddRoleView),
    path("roles/<int:pk>/", people.people, name="business.roles.people"),
    path("roles/<int:pk>/unassigned/", people.unassigned, name="business.roles.unassigned"),
    path("roles/<int:pk>/assign/<int:user>/", people.assign, name="business.roles.assign"),
    path("roles/<int:pk>/remove/<int:user>/", people.remove, name="business.roles.remove"),
    path("roles/<int:pk>/view-as/", people.begin_view_as, name="business.roles.view_as"),
]
