"""Seals: the whole log in one digest, so that nobody can change, drop or replace a part of it unnoticed (ADR 11)."""
