from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "leeway.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Leeway"
