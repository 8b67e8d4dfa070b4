"""The one Django app with tables: the log of facts and events, the case rows, the outbox, what surrounds
them.
"""
