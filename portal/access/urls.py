"""Log in and out."""

from __future__ import annotations

from django.urls import path

from portal.access import views, why_page
from portal.access.second_factor import views as second_factor

urlpatterns = [
    path("login/", views.log_in, name="login"),
    path("login/code/", second_factor.login_code, name="login_code"),
    path("second-factor/", second_factor.second_factor, name="second_factor"),
    path("logout/", views.log_out, name="logout"),
    path("change-password/", views.change_password, name="change_password"),
    path("view-as/end/", why_page.end_view_as, name="view_as.end"),
    path("why/", why_page.why, name="why"),
]
