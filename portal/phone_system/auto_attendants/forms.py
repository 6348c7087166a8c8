"""Modify an auto attendant; bring a recording."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.phone_system.auto_attendants.models import SHORTCUT_FIELDS, AutoAttendant
from portal.phone_system.auto_attendants.services import SETTINGS

TARGET_LIST = "attendant-targets"  # id of the list of what can be called, in the page
_TARGET = forms.TextInput(attrs={"list": TARGET_LIST, "inputmode": "numeric", "autocomplete": "off"})


class AttendantForm(forms.ModelForm):
    class Meta:
        model = AutoAttendant
        fields = [
            "name", "is_default", "schedule", "dial_by_name", "dial_by_name_prompt", "spell_by", "directory",
            "directory_prompt", "directory_order", "dial_now_prompt", "repeat_prompt", "end_call_prompt",
            "speed_dials", "default_extension", *SHORTCUT_FIELDS,
        ]  # fmt: skip
        widgets = dict.fromkeys(("default_extension", *SHORTCUT_FIELDS), _TARGET)
        help_texts = {
            "is_default": "The one that 400 reaches.",
            "schedule": "Says which greeting is played.",
            "dial_by_name": "Callers press #1 and spell a name.",
            "directory": "Callers press #2 and hear people with their extensions. Off by itself above 50 people.",
            "dial_now_prompt": "“If you know the extension, dial it now.”",
            "repeat_prompt": "“Press star to hear these choices again.”",
            "end_call_prompt": "“Press nine or hang up.” Not said when shortcut 9 is set.",
            "speed_dials": "Kept, but not carried out yet: callers cannot reach speed dial numbers from an attendant.",
            "default_extension": "Called when nothing was pressed for 8 seconds. Without one the call ends.",
        }

    def __init__(self, data: Any = None, instance: AutoAttendant | None = None) -> None:
        super().__init__(data, instance=instance)
        self.fields["schedule"].empty_label = "Schedule 0"  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        found = {**self.cleaned_data, "schedule_id": getattr(self.cleaned_data.get("schedule"), "pk", None)}
        return {name: value for name, value in found.items() if name in SETTINGS}

    def _post_clean(self) -> None:
        """The service checks inside the lock; the row of the page stays as it is."""
