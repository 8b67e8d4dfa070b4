"""The API for programs: cases, escalations, packets, clocks, roster and policy as typed JSON, with scoped tokens.

Facts come in beside it, by ``leeway.web.ingest``. Types are those of the core: what the API answers is what decisions
are made from.
"""
