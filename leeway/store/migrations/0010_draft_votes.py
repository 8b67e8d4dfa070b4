from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0009_offers"),
    ]

    operations = [
        migrations.CreateModel(
            name="DraftVote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person", models.TextField(blank=True, default="")),
                ("kind", models.TextField(blank=True, default="")),
                ("phrase", models.TextField(blank=True, default="")),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "leeway_draft_vote",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "phrase", "person"), name="leeway_draft_vote_once"
                    )
                ],
            },
        ),
    ]
