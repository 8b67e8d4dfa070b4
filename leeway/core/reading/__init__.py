"""Reads plain text without any model: what was told, wanted, asked, promised and offered, each with its words.

Everything here is pure and deterministic and never raises on any text. The words themselves are data
(``phrases:`` in ``leeway/languages/<language>.yaml``); ``phrases.compile_phrases`` makes readers of them.
A message is prepared once (``prepared.prepare``) and then handed to as many readers as are interested; ``read`` does
the usual round for either side.
"""
