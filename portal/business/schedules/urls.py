"""URLs of Business > Schedules, below /business/."""

from __future__ import annotations

from django.urls import URLPattern, path

from portal.access.guard import requires_link
from portal.business.schedules import views
from portal.business.schedules.page import GREETINGS, HOLIDAYS, PAGE
from portal.pages.views import DeleteView

urlpatterns: list[URLPattern] = [
    path("schedules/", views.schedules, name="business.schedules"),
    path(
        "schedules/greetings/",
        requires_link(GREETINGS.modify_link)(views.GreetingsView.as_view(page=GREETINGS)),
        name="business.schedules.greetings",
    ),
    path(
        "schedules/<int:pk>/",
        requires_link(PAGE.modify_link)(views.ModifyScheduleView.as_view(page=PAGE)),
        name="business.schedules.modify",
    ),
    path(
        "schedules/<int:pk>/delete/",
        requires_link(PAGE.delete_link)(DeleteView.as_view(page=PAGE)),
        name="business.schedules.delete",
    ),
    path("schedules/<int:pk>/set/", views.set_schedule, name="business.schedules.set"),
    path("schedules/<int:pk>/copy/", views.copy_schedule, name="business.schedules.copy"),
    path("schedules/<int:pk>/copy-day/<int:weekday>/", views.copy_day, name="business.schedules.copy_day"),
    path("schedules/<int:pk>/copy-holidays/", views.copy_holidays, name="business.schedules.copy_holidays"),
    path(
        "schedules/<int:schedule>/holidays/add/",
        requires_link(HOLIDAYS.add_link)(views.AddHolidayView.as_view(page=HOLIDAYS)),
        name="business.schedules.holidays.add",
    ),
    path(
        "schedules/holidays/<int:pk>/",
        requires_link(HOLIDAYS.modify_link)(views.ModifyHolidayView.as_view(page=HOLIDAYS)),
        name="business.schedules.holidays.modify",
    ),
    path(
        "schedules/holidays/<int:pk>/delete/",
        requires_link(HOLIDAYS.delete_link)(views.DeleteHolidayView.as_view(page=HOLIDAYS)),
        name="business.schedules.holidays.delete",
    ),
]
