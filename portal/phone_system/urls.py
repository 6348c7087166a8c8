"""URLs of this menu, written out."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from portal.pages.urls import page_urls
from portal.phone_system.audit_pin_codes import page as audit_pin_codes
from portal.phone_system.auto_attendants.page import PAGE as AUTO_ATTENDANTS
from portal.phone_system.auto_attendants.views import (
    AttendantsView,
    ModifyAttendantView,
    bring,
    listen,
    load,
    recordings,
    remove,
)
from portal.phone_system.did_blocks import page as did_blocks
from portal.phone_system.emergency import page as emergency
from portal.phone_system.emergency_cid import page as emergency_cid
from portal.phone_system.extensions.page import PAGE as EXTENSIONS
from portal.phone_system.extensions.views import one_route, view_call_routes
from portal.phone_system.handsets.page import PAGE as HANDSETS
from portal.phone_system.handsets.views import AddHandsetView, HandsetsView, ring, show_handset
from portal.phone_system.outside_lines import page as outside_lines
from portal.phone_system.service_groups import page as service_groups
from portal.phone_system.speed_dial import page as speed_dial

urlpatterns: list[URLPattern | URLResolver] = [
    *audit_pin_codes.urlpatterns,
    *page_urls(AUTO_ATTENDANTS, list_view=AttendantsView, modify_view=ModifyAttendantView),
    path("auto-attendants/recordings/", recordings, name="phone_system.auto_attendants.recordings"),
    path("auto-attendants/recordings/load/", load, name="phone_system.auto_attendants.load"),
    path("auto-attendants/<int:pk>/recordings/<str:name>/", listen, name="phone_system.auto_attendants.listen"),
    path("auto-attendants/<int:pk>/recordings/<str:name>/bring/", bring, name="phone_system.auto_attendants.bring"),
    path("auto-attendants/<int:pk>/recordings/<str:name>/remove/", remove, name="phone_system.auto_attendants.remove"),
    *did_blocks.urlpatterns,
    *emergency.urlpatterns,
    *emergency_cid.urlpatterns,
    *page_urls(EXTENSIONS),
    path("extensions/<int:pk>/", view_call_routes, name="phone_system.extensions.view_call_routes"),
    path("extensions/<int:pk>/routes/<str:presence>/", one_route, name="phone_system.extensions.route"),
    *outside_lines.urlpatterns,
    *service_groups.urlpatterns,
    *speed_dial.urlpatterns,
    *page_urls(HANDSETS, list_view=HandsetsView, add_view=AddHandsetView),
    path("handsets/<int:pk>/", show_handset, name="phone_system.handsets.show"),
    path("handsets/lines/<int:pk>/ring/", ring, name="phone_system.handsets.ring"),
]
