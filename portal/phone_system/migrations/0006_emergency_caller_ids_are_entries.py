from django.db import migrations


class Migration(migrations.Migration):
    """By itself: PostgreSQL alters no table in the transaction that wrote rows which point elsewhere."""

    dependencies = [("phone_system", "0005_did_and_emergency")]

    operations = [migrations.RemoveField(model_name="callappearance", name="emergency_caller_id")]
