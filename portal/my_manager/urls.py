"""URLs of My Allworx Manager, written out."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from portal.my_manager import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.voicemail, name="my_manager"),
    path("calls/", views.calls, name="my_manager.calls"),
    path("voicemails/<str:message_id>/audio/", views.audio, name="my_manager.audio"),
    path("voicemails/<str:message_id>/heard/", views.heard, name="my_manager.heard"),
    path("voicemails/<str:message_id>/delete/", views.delete, name="my_manager.delete"),
]
