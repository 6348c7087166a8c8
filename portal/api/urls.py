"""REST under /api/v1/. Collections are named as the menu names them (docs/architecture.md, section 8)."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny
from rest_framework.routers import SimpleRouter

from portal.business.contact_information.api import ContactInformationViewSet
from portal.business.message_aliases.api import MessageAliasViewSet
from portal.business.roles.api import RoleViewSet
from portal.business.schedules.api import ScheduleHolidayViewSet, ScheduleViewSet
from portal.business.user_templates.api import UserTemplateViewSet
from portal.business.users.api import UserViewSet
from portal.my_manager.presence.api import PresenceViewSet
from portal.my_manager.voicemails.api import VoicemailViewSet
from portal.phone_system.audit_pin_codes.api import AuditPinCodeViewSet
from portal.phone_system.auto_attendants.api import AutoAttendantViewSet
from portal.phone_system.did_blocks.api import DidBlockViewSet, DidRoutingPlanViewSet
from portal.phone_system.emergency.api import EmergencyProofViewSet, EmergencyViewSet
from portal.phone_system.emergency_cid.api import EmergencyCallerIdViewSet
from portal.phone_system.extensions.api import ExtensionViewSet
from portal.phone_system.handsets.api import HandsetViewSet
from portal.phone_system.outside_lines.api import OutsideLineViewSet
from portal.phone_system.service_groups.api import ServiceGroupViewSet
from portal.phone_system.speed_dial.api import SpeedDialViewSet
from portal.reports.ask.api import AskViewSet
from portal.reports.call_details.api import CallRecordViewSet
from portal.reports.changes.api import ChangeViewSet
from portal.reports.live_calls.api import CallViewSet
from portal.servers.email.api import MailAccountViewSet

router = SimpleRouter()
router.register("users", UserViewSet, basename="users")
router.register("user-templates", UserTemplateViewSet, basename="user-templates")
router.register("handsets", HandsetViewSet, basename="handsets")
router.register("extensions", ExtensionViewSet, basename="extensions")
router.register("auto-attendants", AutoAttendantViewSet, basename="auto-attendants")
router.register("outside-lines", OutsideLineViewSet, basename="outside-lines")
router.register("did-blocks", DidBlockViewSet, basename="did-blocks")
router.register("did-routing-plans", DidRoutingPlanViewSet, basename="did-routing-plans")
router.register("emergency-caller-ids", EmergencyCallerIdViewSet, basename="emergency-caller-ids")
router.register("emergency-proofs", EmergencyProofViewSet, basename="emergency-proofs")
router.register("audit-pin-codes", AuditPinCodeViewSet, basename="audit-pin-codes")
router.register("service-groups", ServiceGroupViewSet, basename="service-groups")
router.register("speed-dials", SpeedDialViewSet, basename="speed-dials")
router.register("message-aliases", MessageAliasViewSet, basename="message-aliases")
router.register("schedules", ScheduleViewSet, basename="schedules")
router.register("schedule-holidays", ScheduleHolidayViewSet, basename="schedule-holidays")
router.register("calls", CallViewSet, basename="calls")
router.register("call-records", CallRecordViewSet, basename="call-records")
router.register("changes", ChangeViewSet, basename="changes")
router.register("roles", RoleViewSet, basename="roles")
router.register("voicemails", VoicemailViewSet, basename="voicemails")

urlpatterns: list[URLPattern | URLResolver] = [
    # the schema says nothing about this box, so it needs no token
    path("schema/", SpectacularAPIView.as_view(permission_classes=[AllowAny]), name="api-schema"),
    path(
        "contact-information/",
        ContactInformationViewSet.as_view({"get": "show", "patch": "partial_update"}),
        name="contact-information",
    ),
    path("ask/", AskViewSet.as_view({"post": "create"}), name="ask"),
    path("emergency/", EmergencyViewSet.as_view({"get": "show", "patch": "partial_update"}), name="emergency"),
    path("mail-account/", MailAccountViewSet.as_view({"get": "show", "patch": "partial_update"}), name="mail-account"),
    path("presence/", PresenceViewSet.as_view({"get": "show", "patch": "partial_update"}), name="presence"),
    path("", include(router.urls)),
]
