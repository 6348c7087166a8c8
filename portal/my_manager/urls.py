"""URLs of My Allworx Manager, written out."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from portal.my_manager.call_history import views as call_history
from portal.my_manager.call_routes import views as call_routes
from portal.my_manager.greetings import views as greetings
from portal.my_manager.notifications import views as notifications
from portal.my_manager.phone_functions import views as phone_functions
from portal.my_manager.presence import views as presence
from portal.my_manager.secrets import views as secrets
from portal.my_manager.speed_dials import views as speed_dials
from portal.my_manager.voicemails import views as voicemails

urlpatterns: list[URLPattern | URLResolver] = [
    path("", voicemails.voicemail, name="my_manager"),
    path("presence/", presence.change, name="my_manager.presence"),
    path("calls/", call_history.calls, name="my_manager.calls"),
    path("call-routes/", call_routes.call_routes, name="my_manager.call_routes"),
    path("phone-functions/", phone_functions.sheet, name="my_manager.phone_functions"),
    path("speed-dials/", speed_dials.sheet, name="my_manager.speed_dials"),
    path("greetings/", greetings.list_greetings, name="my_manager.greetings"),
    path("greetings/<str:name>/", greetings.listen, name="my_manager.greeting"),
    path("greetings/<str:name>/bring/", greetings.bring, name="my_manager.bring_greeting"),
    path("greetings/<str:name>/remove/", greetings.remove, name="my_manager.remove_greeting"),
    path("notifications/", notifications.notifications, name="my_manager.notifications"),
    path("password/", secrets.secrets, name="my_manager.secrets"),
    path("voicemails/<str:message_id>/audio/", voicemails.audio, name="my_manager.audio"),
    path("voicemails/<str:message_id>/heard/", voicemails.heard, name="my_manager.heard"),
    path("voicemails/<str:message_id>/delete/", voicemails.delete, name="my_manager.delete"),
]
