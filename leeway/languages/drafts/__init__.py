"""What each language says about agents' drafts: ``en.yaml``, and the learned weights of its tone, ``tone-en.json``."""
