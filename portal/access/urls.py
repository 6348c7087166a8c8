"""Log in and out."""

from __future__ import annotations

from django.urls import path

from portal.access import views

urlpatterns = [
    path("login/", views.log_in, name="login"),
    path("logout/", views.log_out, name="logout"),
    path("change-password/", views.change_password, name="change_password"),
]
