"""The audit trail can only grow, but for what is older than the retention: the database itself decides.

0004 rebuilt the table on SQLite, which took the triggers of 0003 with it; all are made anew here. Times are UTC on
both databases; SQLite compares them as text, "2026-11-23 18:11:00.123456".
"""

from django.db import migrations

SENTENCE = "The audit trail is append-only."
KEPT = "The audit trail is append-only until its retention is over."

SQLITE = {
    "audit_no_update": (
        "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_auditentry "
        f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
    ),
    "audit_no_delete": (
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_auditentry "
        "WHEN OLD.at >= datetime('now', '-' || (SELECT COALESCE(MAX(days), 3650) FROM audit_auditretention) || ' days') "
        f"BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
    ),
}
POSTGRESQL = {
    "audit_no_change": (
        "CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'DELETE' THEN "
        "IF OLD.at < now() - make_interval(days => (SELECT COALESCE(MAX(days), 3650)::int FROM audit_auditretention)) "
        "THEN RETURN OLD; END IF; "
        f"RAISE EXCEPTION '{KEPT}'; END IF; "
        f"RAISE EXCEPTION '{SENTENCE}'; END $$",
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit_auditentry "
        "FOR EACH ROW EXECUTE FUNCTION audit_append_only()",
    ),
    "audit_no_truncate": (
        "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_auditentry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()",
    ),
}


def forbid(apps, schema_editor):
    apps.get_model("audit", "AuditRetention").objects.get_or_create(pk=1)
    if schema_editor.connection.vendor == "postgresql":
        for name, statements in POSTGRESQL.items():
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON audit_auditentry", params=None)
            for statement in statements:
                schema_editor.execute(statement, params=None)
    else:
        for name, statement in SQLITE.items():
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}", params=None)
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_retention")]
    operations = [migrations.RunPython(forbid, migrations.RunPython.noop)]
