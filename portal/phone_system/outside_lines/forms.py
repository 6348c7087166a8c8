"""Settings of a SIP proxy or a SIP gateway (13.3.2)."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.access.forms import new_password_field
from portal.phone_system.auto_attendants.models import AutoAttendant
from portal.phone_system.outside_lines.models import OutsideLine
from portal.phone_system.outside_lines.services import BOTH, PROXY_ONLY

HELP = {
    "user_id": "From your provider, often the account's telephone number.",
    "host": "Name or IPv4 address.",
    "outbound_proxy": "Only if your provider names one: name or address, with :port when that is not 5060.",
    "registrar": "Only if it is not the SIP server: name or address, with :port when that is not 5060.",
    "caller_id_name": "Some providers ignore it or refuse calls that carry a name.",
    "caller_id": "A number your provider lets you show.",
    "max_calls": "Calls in both directions; 0 is no limit. A line with all of them in use is passed over.",
    "as_dialed": "Off: seven and ten digits get the 1 and the home area code before them.",
    "digits_sent": "So many of the last digits; 0 is all.",
    "prefix": "Put before every number, such as 9 for another telephone system behind it.",
    "destination": "Empty is the operator.",
    "emergency": "Calls for help go out on these lines, whatever else is set.",
    "early_media": "Off: the caller hears ringing until the call is answered. Emergency calls are always heard.",
    "supports_refer": "A transfer between two outside numbers of this line is handed to the provider; when he "
    "does not connect them, this system does.",
    "identity": "Sent with calls, and believed of callers. Only for providers you trust with it.",
}


class LineForm(forms.ModelForm):  # type: ignore[type-arg]
    password = new_password_field("Password", required=False)

    class Meta:
        model = OutsideLine
        fields = [*PROXY_ONLY, *BOTH]
        help_texts = HELP

    def __init__(self, data: Any = None, *, instance: OutsideLine | None = None) -> None:
        super().__init__(data, instance=instance)
        attendants = [(one.number, f"{one.number}: {one.name}") for one in AutoAttendant.objects.all()]
        self.fields["attendant"] = forms.TypedChoiceField(
            label="Default Auto Attendant", choices=attendants, coerce=int, initial=1
        )
        if instance is not None and instance.password:
            self.fields["password"].help_text = "Leave empty to keep it."

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "password"}

    def _post_clean(self) -> None:
        """The service fills and checks the row, under the lock; nothing is written into the one that was read."""


class GatewayForm(LineForm):
    """A gateway is known by its address (S13-40)."""

    def __init__(self, data: Any = None, *, instance: OutsideLine | None = None) -> None:
        super().__init__(data, instance=instance)
        for name in (*PROXY_ONLY, "password"):
            del self.fields[name]
        self.fields["host"].label = "Static IP Address"
        self.fields["host"].help_text = "An IPv4 address: names are refused, because who answers to one may change."
