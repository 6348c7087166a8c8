"""What happened: call records and system events, written by the hub; and how far the hub has read."""

from __future__ import annotations

from django.db import models


class CallRecord(models.Model):
    call_id = models.CharField(max_length=40, unique=True)
    from_number = models.CharField(max_length=64, db_index=True)
    from_name = models.CharField(max_length=128, blank=True)
    from_user = models.PositiveBigIntegerField(null=True, blank=True, db_index=True)
    to_number = models.CharField(max_length=64, db_index=True)
    to_name = models.CharField(max_length=128, blank=True)
    to_user = models.PositiveBigIntegerField(null=True, blank=True, db_index=True)
    dialled = models.CharField(max_length=64, blank=True)
    answered_by = models.CharField(max_length=64, blank=True)
    started = models.DateTimeField(db_index=True)
    answered = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField()
    seconds = models.PositiveIntegerField(default=0)  # talking time
    outcome = models.CharField(max_length=24, db_index=True)
    mode = models.CharField(max_length=10)
    anchor_reason = models.CharField(max_length=64, blank=True)
    explanation = models.JSONField(default=list)  # [{"text": ..., "link": ...}]
    version = models.PositiveIntegerField(default=0)  # configuration version of the decision

    class Meta:
        ordering = ["-started", "-id"]

    def __str__(self) -> str:
        return f"{self.from_number} to {self.to_number}, {self.started:%Y-%m-%d %H:%M}"


class SystemEvent(models.Model):
    class Severity(models.TextChoices):
        INFO = "info", "Information"
        WARNING = "warning", "Warning"
        ERROR = "error", "Error"

    event_id = models.CharField(max_length=40, unique=True)  # of the wire event: a replay adds nothing
    at = models.DateTimeField(db_index=True)
    severity = models.CharField(max_length=10, choices=Severity.choices, default=Severity.INFO)
    kind = models.CharField(max_length=40, db_index=True)
    subject = models.CharField(max_length=128, blank=True)
    text = models.CharField(max_length=300)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.text


class StreamPosition(models.Model):
    """How far the hub has written: saved in the same transaction as the records."""

    stream = models.CharField(max_length=40, primary_key=True)
    position = models.CharField(max_length=40, default="0")

    def __str__(self) -> str:
        return f"{self.stream} {self.position}"


class Due(models.Model):
    """Something to do at a time; served by beat's `tick`. Claims are conditional updates."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=100)
    at = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=10, default="waiting")  # waiting, claimed, done, failed
    claim = models.CharField(max_length=40, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    payload = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="due_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}, {self.state}"


class ScheduleState(models.Model):
    """The last thing somebody set on a schedule by hand (S25-05..S25-07), like UserState. Whether it is still in force
    is for telephony/numbers/schedule.py to say."""

    schedule_id = models.PositiveBigIntegerField(primary_key=True)
    mode = models.CharField(max_length=5, blank=True)  # "": follow the clock again
    greeting = models.PositiveSmallIntegerField()
    made = models.FloatField()  # Unix time
    by = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "schedule_state"

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.mode or 'clock'}"


class UserState(models.Model):
    """What a user sets from page, phone or API without making a version (architecture.md section 3.5). The router
    applies it at once and says so; the hub writes it here, where the older of two never replaces the newer."""

    user_id = models.PositiveBigIntegerField(primary_key=True)
    presence = models.CharField(max_length=20)
    at = models.FloatField()  # Unix time of the event
    by = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "user_state"

    def __str__(self) -> str:
        return f"{self.user_id} {self.presence}"


class EmergencyCall(models.Model):
    """A call for help, written with the `Due` row of its notices. `raised`: it gave an alert (S23-12)."""

    call_id = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField(db_index=True)
    number = models.CharField(max_length=24)
    station = models.CharField(max_length=16, blank=True)
    handset = models.CharField(max_length=128, blank=True)
    owner = models.CharField(max_length=200, blank=True)
    owner_id = models.PositiveBigIntegerField(null=True, blank=True)
    caller_id = models.CharField(max_length=24, blank=True)
    location = models.CharField(max_length=100, blank=True)
    line = models.CharField(max_length=64, blank=True)
    raised = models.BooleanField(default=False)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.number} from {self.station}, {self.at:%Y-%m-%d %H:%M}"


class EmergencyAcknowledged(models.Model):
    """Who has seen an alert in the browser: theirs is cleared, everybody else's stays (S23-11)."""

    call = models.ForeignKey(EmergencyCall, on_delete=models.CASCADE, related_name="acknowledged")
    user_id = models.PositiveBigIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "user_id"], name="acknowledged_once")]
