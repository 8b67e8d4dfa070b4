r"""The words around a number that say what it is, in the languages our customers write.

All patterns are matched against folded text (small letters, no accents), and against a short stretch of it, so that
none of them can take long. Those that end in ``\Z`` must stand right before the number.
"""

from __future__ import annotations

import re

BEFORE = 48
"""How many characters before a number may say what it is."""

AFTER = 28

_FILL = (
    r"(?:\s*(?:numbers?|numero|nummer|no\b\.?|nr\b\.?|num\b\.?|n[°º]|id|code|is|was|es|ist|lautet|are|:|#|=|-))*"
    r"[\s:#=-]*"
)

KEEP = re.compile(
    rf"(?:\b(?:orders?|ordered|pedidos?|bestell(?:ung|nummer)|order|tracking|track|parcels?|packages?|shipments?|shipping"
    r"|consignment|waybill|awb|envio|seguimiento|sendung(?:snummer)?|invoices?|factura|rechnung(?:snummer)?|cases?|caso"
    r"|tickets?|references?|reference|ref|referencia|booking|reservation|reserva|confirmation|rma|returns?|serial|imei"
    r"|sku|ean|isbn|upc|barcode|models?|parts?|items?|articles?|article|products?|po|purchase|transactions?|receipts?"
    r"|vouchers?|coupon|policy|claims?|contract|licen[cs]e|version|build|error|meter|flight|seat|postcode|zip|quantity"
    r"|job|complaint|incident|request|delivery|subscription|customer|client|cliente|loyalty|membership|member|chat"
    rf"|expediente|incidencia|vorgang|kundennummer|device|batch|lot|page|chapter)\b{_FILL}|#\s?)\Z"
)
"""What a number may be that everybody may read, and that somebody needs in order to help."""

_CALL = r"(?:call|ring|phone|text|reach|dial|whats\s?app|contact|sms|llam[ae]\w*|anruf\w*|ruf\w*|erreich\w*|contact\w*)"
PHONE_BEFORE = re.compile(
    rf"(?:\b(?:tel|tels|telephone|telefono|telefon\w*|tlf|tfno|phone|phones|mobile|mob|movil|cell|cellphone|celular|handy"
    rf"|landline|fijo|fax|whats\s?app|hotline|ph)\b\.?{_FILL}(?:\bon\b|\bat\b)?\s*"
    rf"|\b{_CALL}(?:\s+(?:me|us|him|her|them|back|mich|uns|again|now|please|directly|(?:my|his|her|the) \w{{2,12}}))"
    rf"{{0,3}}(?:\s+(?:on|at|al|a|en|unter|auf|under|via|from|von|desde))?\W{{0,3}}"
    rf"|\b(?:my|our|mi|meine|contact|callback|call-back|daytime|evening|work|home|new)\s+(?:number|numero|nummer)\b{_FILL}"
    r"(?:changed to|now|still)?\s*|\b(?:number to (?:call|reach)(?: \w+)?(?: on)?|reachable (?:on|at|under))\b\W*"
    r")\Z"
)
"""A phone number follows."""

JOINED = re.compile(r"(?:\b(?:is|or|on|to|and)|[,/])\s*\Z")
PHONE_NEAR = re.compile(
    r"\b(?:tel|tlf|telephone|telefono|telefon\w*|phone|mobile|movil|cell|celular|handy|landline|whats\s?app"
    r"|call\w*|ring|text me|reach me|llam[ae]\w*|anruf\w*)\b"
)
PHONE_AFTER = re.compile(
    r"\W{0,3}(?:(?:is|es|ist|that'?s)\s+)?(?:my|our|the|his|her|mi|meine?)?\s*(?:new |work |home |daytime )?"
    r"(?:phone|mobile|cell|telephone|telefono|movil|handy\w*|telefonnummer|whats\s?app|landline|\(?(?:cell|mobile|home|work)\)?)\b"
)

SORT_CODE = re.compile(r"\b(?:sort[ -]?code|sort|s/c|bankleitzahl|blz|bsb)\b[^0-9]{0,30}\Z")
ROUTING = re.compile(r"\b(?:routing|aba|rtn|transit|clabe|ifsc)\b[^0-9]{0,24}\Z")
ACCOUNT = re.compile(
    r"\b(?<!customer )(?<!client )(?<!loyalty )(?<!member )(?<!my energy )"
    r"(?:bank account|account|acct|acc|a/c|konto(?:nummer)?|numero de cuenta|cuenta(?: bancaria| corriente)?)\b"
    rf"(?P<number>\.?{_FILL})\Z"
)
ACCOUNT_NUMBER = re.compile(r"number|numero|nummer|\bno\b|\bnr\b|\bnum\b|#")
BANK = re.compile(
    r"\b(?:bank\w*|banco|iban|sort[ -]?code|routing|aba|bsb|blz|direct debit|wire|transfer\w*"
    r"|refund (?:it |me )?(?:to|into|on)"
    r"|pay (?:it |me )?into|deposit|checking|savings|konto\w*|uberweis\w*|transferencia)\b"
)

NATIONAL_ID = re.compile(
    r"\b(?:ssn|social security|social|national insurance|nino|ni number|dni|nie|nif|passport|pasaporte|reisepass"
    r"|personalausweis|tax (?:id|number)|tin|driver'?s? licen[cs]e|driving licen[cs]e"
    r"|sozialversicherung\w*)\b[^0-9]{0,28}\Z"
)
PARCEL = re.compile(
    rf"\b(?:tracking|parcel|waybill|awb|imei|seguimiento|sendung(?:snummer)?|barcode)\b{_FILL}\Z"
)
MONEY_BEFORE = re.compile(r"(?:[€£$¥₹]|\b(?:eur|usd|gbp|chf|aud|cad))\s?\Z")
MONEY_AFTER = re.compile(r"\s?(?:[€£$¥₹%]|(?:eur|usd|gbp|chf|aud|cad|euros?|dollars?|pounds?|pence|cents)\b)")
DATE = re.compile(
    r"(?:(?:19|20)[0-9]{2}[-/.](?:0?[1-9]|1[0-2])[-/.](?:3[01]|[12][0-9]|0?[1-9])"
    r"|(?:3[01]|[12][0-9]|0?[1-9])[-/.](?:3[01]|[12][0-9]|0?[1-9])[-/.](?:(?:19|20)[0-9]{2}|[0-9]{2}))(?![0-9])"
)
DAY_IN_ONE = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])\Z")
YEARS = re.compile(r"(?:19|20)[0-9]{2}(?: ?[-/ ] ?(?:19|20)[0-9]{2}){1,2}\Z")
