"""What servers say when they do not take a mail: patterns for each reason. Data.

Gathered from the documentation of servers and providers, and from bounces that people have
published. A space stands for any white space; case does not matter.
"""

from __future__ import annotations

import re

from digest.inbound.report import Cause

_MAILBOX = r"(?:mail ?box|account|user|recipient|inbox|maildir|message ?box|mail ?drop)(?:'s)?\b"
_PERSON = (
    r"\b(?:user|recipients?|mail ?box|account|address\w*|person|subscriber|member|alias|inbox"
    r"|local[- ]?part|addressee|e-?mail|destinat\w+|customer|mailname|resolver\w*)(?:'s)?\b"
)
_SENDER = (
    r"\b(?:sender|mail from|envelope[- ]from|from address|return[- ]path|from: ?header"
    r"|originat\w+|from domain|sending (?:domain|mail)|domain of sender(?: address)?)\b"
)
_MACHINE = r"\b(?:ip|host|client|server|network|sender|domain|message|mail)\b"

PHRASES: tuple[tuple[Cause, tuple[str, ...]], ...] = (
    (
        Cause.FULL,
        (
            rf"\b(?:{_MAILBOX}|quota|folder|storage|disk|mail file|file ?system).{{0,60}}"
            r"\b(?:over ?quota|over (?:its |the |disk |storage )*(?:quota|limit)|exceed\w*|full"
            r"|exhausted|out of (?:space|storage))\b",
            r"\b(?:over|exceed\w*|out of|insufficient|not enough|no) (?:\w+ ){0,3}"
            r"(?:quota|storage|(?:disk|mailbox) (?:space|size))\b",
            r"over ?quota\b",
            r"quota (?:is |was )?(?:exceed|full|violat)",
            r"exceeded .{0,40}(?:quota|storage|mailbox)",
            r"too (?:much|many) mail (?:data |stored )?(?:in|for) (?:the |this |recipient|user)",
            r"(?:messages? in|size of) (?:the )?(?:recipient'?s? )?mailbox exceed",
            r"\bmailbox (?:size )?limit",
            r"\bbo[iî]te pleine|postfach (?:ist )?voll|buz[oó]n lleno|caixa (?:\w+ )?cheia",
            r"容量|一杯|已满|переполнен",
        ),
    ),
    (
        Cause.NO_MAIL_HERE,
        (
            r"\bnull ?mx\b",
            r"do(?:es)? not (?:receive|accept) (?:any )?(?:e-?)?mail\b(?! from)",
            r"no mail accepted|not accepting (?:any )?mail\b(?! from)",
        ),
    ),
    (
        Cause.SUSPENDED,
        (
            rf"\b{_MAILBOX}.{{0,60}}\b(?:disabled|inactive|suspend|deactivat|not active|not enabled"
            r"|lock(?:ed)?|frozen|on hold|expired|closed for|temporarily unavailable|dormant"
            r"|cannot receive|is currently unable|unable to receive|no longer active"
            r"|not currently)",
            r"\b(?:inactive|disabled|suspended|locked|deactivated|blocked) "
            r"(?:user|account|mailbox|recipient|address)",
            r"inactiv(?:e|ity)|account .{0,20}unavailable|is currently suspended",
        ),
    ),
    (
        Cause.SPAM,
        (
            r"\b(?:black|block|deny|reject)[- ]?list|\brbls?\b|\bdns ?bl|\bcbl\b|surbl|uribl",
            r"barracudacentral|\bsorbs\b|senderbase|senderscore|proofpoint",
            r"cloudmark|brightmail|mailspike",
            r"\bspam|unsolicited|\bjunk\b|\bu[cb]e\b|reputation|bulk (?:e-?)?mail|suspicious",
            rf"{_MACHINE}.{{0,60}} (?:is|are|was|been|has been|temporarily|currently) "
            r"(?:\w+ )?(?:block|blacklist|banned|denied)",
            r"\bblocked (?:by|using|for|due|because|from|at)\b|\blisted (?:in|at|on|by) (?!.{0,20}"
            r"director)",
            r"AUP#|abus(?:e|ive)\b|content (?:restriction|filter|rejected)",
        ),
    ),
    (
        Cause.POLICY,
        (
            rf"{_SENDER}.{{0,80}}\b(?:reject|denied|refused|invalid|not exist|verif|unknown"
            r"|not found|resolv|block|not allowed|unaccept|unauthori[sz]ed|not accept|required)",
            r"\binvalid ip\b|my name was rejected",
        ),
    ),
    (
        Cause.UNKNOWN_HOST,
        (
            r"\b(?:host(?! said)|domain|hostname|mail ?server)\b(?: name)?.{0,50}"
            r"\b(?:unknown|not (?:be )?found|(?:does ?n.?t|do not|does not) exist|nonexist\w*"
            r"|unrout\w+|cannot be found|not resolv\w+)\b(?!.{0,3}try again)",
            r"\b(?:unknown|bad|illegal|no such|unrouteable|unresolvable|non-?existent) "
            r"(?:mail |destination |recipient'?s? )?(?:host|domain)\b",
            r"\bnxdomain\b|host (?:or domain )?name (?:lookup|not found)|couldn'?t find any host",
            r"name or service not known|cannot find (?:the )?(?:mail )?(?:host|domain)",
            r"bad destination (?:host|system)|MX records point to non-existent|no mx record",
        ),
    ),
    (
        Cause.UNKNOWN_USER,
        (
            rf"{_PERSON}(?: name| address| id| e-?mail| account)?.{{0,80}}?\b(?:unknown"
            r"|not (?:be )?(?:found|known|exist|recogni[sz]ed|valid|listed|registered|have)"
            r"|un(?:defined|recogni[sz]ed|deliverable|routable)|(?:is |was )?invalid|non-?exist\w*"
            r"|does ?n.?t (?:exist|have)|do(?:es)? not (?:exist|have)|doesnt exist"
            r"|c(?:annot|ould not|ouldn't) be found|incorrect|terminated|deleted"
            r"|no longer (?:exist|valid|available|on|in|work|belong)"
            r"|has been (?:removed|deleted|closed))",
            r"\b(?:unknown|invalid|no such|non-?existent|illegal|bad|incorrect|no valid"
            r"|not an? (?:valid|known)|undeliverable|unrouteable|unrecogni[sz]ed|isn't a valid)"
            r" (?:\w+[- ]){0,3}?(?:user|recipient|mail ?box|account|address|person|subscriber"
            r"|e-?mail|local|alias|customer|name)",
            r"\bno (?:such |valid |mail ?box|account|user|recipient|one)\b.{0,30}"
            r"(?:here|user|person|address|mail ?box|name|found|exist|recipient|account|by that)",
            r"user[_ ]?unknown|unknown[_ ]?user|not (?:listed|found) in .{0,20}director",
            r"has no (?:mailbox|account)|no matches to nameserver|unrouteable address|not known\b",
            r"resolver\.adr\.|recipnotfound|nosuchuser|delivery userid",
            r"no existe|inconnu|unbekannt|utilisateur non|inesistente|inexistente|存在しません"
            r"|見つかりません|宛先不明|не найден|не существует",
        ),
    ),
    (
        Cause.SIZE,
        (
            r"(?:message|mail|size|content|attachment)\b.{0,60}\b(?:too (?:big|large|long)|exceed"
            r"|larger than|over(?:sized| the)?)|too (?:big|large)\b|size (?:limit|violation)",
            r"maximum (?:allowed )?(?:message )?size",
        ),
    ),
    (
        Cause.POLICY,
        (
            r"\b(?:dkim|dmarc|arc|spf|sender ?id)\b|unauthenticated|not authenticated",
            r"authentication (?:is )?(?:required|fail|check)|must authenticate",
            r"relay(?:ing)?\b.{0,40}\b(?:denied|prohibited|not (?:permitted|allowed)|access)",
            r"unable to relay|not allowed to relay|do(?:es)?(?: not|n't) relay|open relay",
            r"not (?:a |an )?gateway|relay not|\bpolic(?:y|ies)\b|administrativ|restrict\w+",
            r"(?:ptr|reverse|rdns)\b.{0,20}(?:record|dns|lookup|host|name|resol)|no ptr|rdns",
            r"cannot find your (?:reverse )?host|\b[he]+lo\b|fcrdns",
            r"too many (?:connections|recipients|messages|mails?|concurrent|sessions|errors)",
            r"rate[- ]?limit|throttl|too (?:fast|quickly|frequent)|(?:sending|connection) rate",
            r"excessive|exceed\w* .{0,40}(?:rate|limit|messages|connections)|limit exceeded",
            r"gr[ae]y-?list|try again later",
            r"not (?:authori[sz]ed|permitted|allowed) (?:to|by|for)|not authori[sz]ed",
            r"(?:access|permission) (?:is )?denied|prohibited|banned|only (?:accept|allow)",
            r"not (?:on|in) .{0,20}(?:white|allow)-?list|\bclosed list|members? only|moderat",
            r"starttls|\btls\b.{0,20}(?:require|need|must|fail)|security (?:reason|violation)",
            r"\bvirus|malware|infected|file type|executable|message content|phish|dangerous",
        ),
    ),
    (
        Cause.NETWORK,
        (
            r"connection (?:refused|reset|timed|lost|dropped|closed|failed|time)|no route",
            r"network (?:is )?(?:unreachable|error)|unreachable|cannot connect|not reach",
            r"could ?n.t (?:be )?(?:establish|connect)|dns (?:error|fail|lookup|query)",
            r"name (?:server|service)|(?:host|server|domain) .{0,30}(?:not respond|down|unavail)",
            r"lost connection|did not respond|remote protocol|too many hops|hop count|\bloop",
        ),
    ),
    (
        Cause.EXPIRED,
        (
            r"\bexpired|timed? ?out|retry time|too long|too old|retries|delivery time",
            r"has been (?:in the queue|waiting)|queue (?:is|time)|giving up|not been collected",
        ),
    ),
    (
        Cause.SYSTEM,
        (
            r"system (?:error|resource|config|fail)|internal (?:server )?error|mailer|database",
            r"local (?:config|error|delivery)|command (?:failed|died|time)|pipe|procmail",
            r"i/o error|out of memory|cannot (?:create|open|lock|append|write)|config",
            r"insufficient system|resources? (?:temporarily )?(?:unavailable|exceed)|unavailable",
            r"temporary (?:failure|problem|error)|can.t (?:create|open)|not available",
        ),
    ),
    (
        Cause.MOVED,
        (
            r"\b(?:has|have) (?:moved|changed (?:his|her|their|address))|address (?:has )?changed",
            r"no longer (?:at|with) (?:this|our)|new (?:e-?mail )?address",
            r"please (?:try|forward|use) <?\S+@",
        ),
    ),
)

COMPILED: tuple[tuple[Cause, re.Pattern[str]], ...] = tuple(
    (reason, re.compile("|".join(patterns), re.IGNORECASE)) for reason, patterns in PHRASES
)

# Lists of senders, by the addresses that servers give for them; elsewhere addresses are not read.
LISTS = re.compile(r"spamhaus|spamcop|barracudacentral|/rbl|blocklist|postmaster\.\w+\.com/", re.I)

# Said at RCPT, or in words that only the last server uses of an address that it lacks. After
# DATA, or as a bare phrase, "user unknown" is what filters say, too.
AT_RECIPIENT = re.compile(
    r"(?:after|reply to|to|following|>>>|SMTP:|error \()\W{0,3}RCPT\b"
    r"|RCPT(?: TO)? (?:command|generated)"
    r"|does not like recipient|recipient name is not recogni[sz]ed|final delivery userid"
    r"|address (?:not|couldn't be) found|not listed in .{0,20}director",
    re.IGNORECASE,
)
