"""The words of the codebook, each with the label that a reader sees.

Every table maps a word, as it stands in a data file, to a short plain label. What is not a key here
is not a word of the vocabulary, and checking a case refuses it.
"""

from __future__ import annotations

from functools import cache

ACTORS = {
    "organisation": "organisation",
    "employee": "employee",
    "regulator": "regulator",
    "legislature": "legislature",
    "court": "court",
    "prosecutor": "prosecutor",
    "police": "police",
    "administrator": "administrator of a fund",
    "media": "media",
    "public": "public",
    "affected": "people affected",
    "investor": "investors",
    "partner": "partner",
    "competitor": "competitor",
}

ACTS = {
    "trigger": "trigger",
    "internal_knowledge": "internal knowledge",
    "exposure": "exposure",
    "amplification": "amplification",
    "removal": "removal",
    "acknowledgement": "acknowledgement",
    "denial": "denial",
    "apology": "apology",
    "explanation": "explanation",
    "corrective_action": "corrective action",
    "compensation": "compensation",
    "discipline": "discipline",
    "leadership_change": "leadership change",
    "information_hub": "information hub",
    "direct_reply": "direct reply",
    "no_response": "no response",
    "delisting": "delisting",
    "service_suspension": "service suspension",
    "update": "update",
    "investigation": "investigation",
    "audit_published": "audit published",
    "testimony": "testimony",
    "recall": "recall",
    "regulator_action": "regulator action",
    "lawsuit": "lawsuit",
    "settlement": "settlement",
    "penalty": "penalty",
    "milestone": "milestone",
}

# What an act does, for colour and for grouping. Acts that are missing here have no family: they are
# not answers of an organisation, or (a milestone) not answers at all.
ACT_FAMILIES = {
    "apology": ("apology",),
    "denial": ("denial", "no_response"),
    "action": (
        "recall",
        "corrective_action",
        "compensation",
        "discipline",
        "leadership_change",
        "service_suspension",
        "settlement",
        "investigation",
    ),
    "information": (
        "information_hub",
        "direct_reply",
        "update",
        "testimony",
        "audit_published",
    ),
    "acknowledgement": ("acknowledgement", "explanation"),
    "removal": ("removal",),
}

ACT_FAMILY_LABELS = {
    "apology": "Apology",
    "denial": "Denial or silence",
    "action": "Action: repair, recall, redress, discipline",
    "information": "Information: hub, replies, updates, testimony",
    "acknowledgement": "Acknowledgement, explanation",
    "removal": "Removal of content",
    "other": "Other acts, and anyone else",
}

# An answer is something said or done in public about the crisis. Taking content down says nothing,
# an order carried out is not a word, and silence is reported by others: none of them stops the clock.
ANSWERS = (
    "acknowledgement",
    "denial",
    "apology",
    "explanation",
    "corrective_action",
    "compensation",
    "discipline",
    "leadership_change",
    "information_hub",
    "direct_reply",
    "update",
    "audit_published",
    "testimony",
    "recall",
)

_CORRECTIVE_ACTS = ("corrective_action", "recall", "compensation", "discipline", "leadership_change")

# The kinds of answer whose time is measured: name -> (label, acts that count, whether a named person must speak).
STEPS = {
    "response": ("First public response", ANSWERS, False),
    "acknowledgement": ("First acknowledgement", ("acknowledgement",), False),
    "apology": ("First apology", ("apology",), False),
    "named_apology": ("First apology by a named person", ("apology",), True),
    "corrective_action": ("First corrective action", _CORRECTIVE_ACTS, False),
    "information_hub": ("Information hub", ("information_hub",), False),
    "direct_reply": ("First direct reply", ("direct_reply",), False),
}

# What may be chosen in a replay: name -> (label, acts that it stands for). To choose nothing is to wait.
RESPONSES = {
    "acknowledge": ("Acknowledge the problem", ("acknowledgement",)),
    "apologise": ("Apologise", ("apology",)),
    "explain": ("Explain what happened", ("explanation",)),
    "correct": ("Correct it", ("corrective_action", "recall")),
    "compensate": ("Compensate those harmed", ("compensation",)),
    "delete": ("Take the content down", ("removal",)),
    "deny": ("Deny it", ("denial",)),
    "hub": ("Open an information hub", ("information_hub",)),
    "reply": ("Answer people one by one", ("direct_reply",)),
    "discipline": ("Discipline those responsible", ("discipline", "leadership_change")),
    "investigate": ("Announce an investigation", ("investigation",)),
    "leader": ("Let a named leader speak", ()),
}

CHANNELS = {
    word: word.replace("_", " ")
    for word in (
        "twitter facebook instagram youtube tiktok weibo wechat blog website press_release "
        "press_conference tv newspaper hearing email phone letter app filing court other"
    ).split()
}

STRATEGIES = {
    word: word.replace("_", " ")
    for word in (
        "attack_accuser denial scapegoat excuse justification reminder ingratiation victimage "
        "compensation apology corrective_action instructing_information adjusting_information "
        "humour silence"
    ).split()
}

CERTAINTIES = {
    "documented": "documented",
    "inferred": "inferred from stated facts",
    "disputed": "disputed: widest reading",
}

# How the words of a source became bounds in relations.csv; the codebook has the table. Vague words are read with a factor of
# two to either side.
RELATION_RULES = {
    "stated": "a duration to the minute",
    "bound": "a bound that a source states",
    "together": "issued in one",
    "order": "told one after the other",
    "answer": "one answers the other",
    "logic": "it cannot be otherwise",
    "same-day": "of one day",
    "next-day": "the day after",
    "n-days": "so many days later",
    "at-once": "immediately",
    "minutes": "minutes later",
    "about-half-an-hour": "about half an hour",
    "about-an-hour": "about an hour",
    "a-couple-of-hours": "a couple of hours",
    "a-few-hours": "a few hours",
    "hours": "hours later",
    "within-hours": "within hours",
    "shortly": "shortly after",
    "within-a-day": "within a day",
    "about-n": "about so long",
    "n-weeks": "so many weeks later",
    "n-months": "so many months later",
    "widest": "the widest of several readings",
}
VAGUE_RULES = tuple(RELATION_RULES)[tuple(RELATION_RULES).index("at-once") :]

SOURCE_KINDS = {
    word: word for word in "news company regulator court legislature academic trade blog reference dataset".split()
}
LINKS = {"yes": "linked", "no": "shown as text only"}
READINGS = {
    "full": "in full",
    "excerpt": "the opening",
    "listing": "a search result's line",
}
RETRIEVALS = {
    "wayback": "found in the Wayback Machine",
    "memento": "found in another web archive",
    "saved": "saved when it was looked up",
    "warc": "from a WARC file",
    "wacz": "from a WACZ file",
    "hand": "entered by hand",
}

FRAMES = {
    word: word.replace("_", " ")
    for word in (
        "severity victims responsibility cover_up response_praised response_criticised regulation "
        "legal financial culture leadership humour recovery lesson"
    ).split()
}

CODER_KINDS = {
    "person": "person",
    "machine": "machine",
    "machine_assisted": "machine-assisted",
}

TRANSPARENCY_ITEMS = {
    "T1": "Acknowledges",
    "T2": "Takes responsibility",
    "T3": "Explains the cause",
    "T4": "States the scope",
    "T5": "Accountable person",
    "T6": "Answers where it began",
    "T7": "One information point",
    "T8": "Checkable correction",
    "T9": "Redress",
    "T10": "Open record",
    "T11": "Follow-up in 12 months",
    "T12": "Outside scrutiny",
}
EMPATHY_ITEMS = {
    "E1": "Apology",
    "E2": "Compassion",
    "E3": "Direct replies",
    "E4": "Not defensive",
}
RUBRIC_ITEMS = TRANSPARENCY_ITEMS | EMPATHY_ITEMS

SCORES = {
    "0": "0",
    "1": "1",
    "2": "2",
    "na": "cannot apply",
    "unknown": "applies, but the record does not show it",
}
NOT_CODED = "not coded"  # no word of the files: what a missing row or an empty score means

STANCES = {
    "favourability": "Favourability to the organisation",
    "stance_org": "Stance toward the organisation",
    "stance_response": "Stance toward its response",
}

CASE_KINDS = {
    "episode": "one crisis with one clock",
    "series": "a chain of incidents with no single clock",
}
RECORDS = {
    "documented": "documented",
    "none_found": "searched for, no crisis on record",
}
CRISIS_TYPES = {word: word for word in ("victim", "accidental", "preventable")}
CAUSES = {
    word: word.replace("_", " ")
    for word in (
        "rogue_post product_safety harmful_content data_protection misconduct service_failure "
        "advertising labour rumour intellectual_property"
    ).split()
}
VERDICTS = {
    "supported": "Supported",
    "partly": "Partly",
    "unsupported": "Unsupported",
    "contradicted": "Contradicted",
}

EXPOSED_BY = {
    "organisation": "exposed by its own announcement",
    "own_post": "exposed by its own post",
    "media": "exposed by the media",
    "public": "exposed by the public",
    "regulator": "exposed by a regulator",
    "partner": "exposed by a partner",
    "competitor": "exposed by a competitor",
}

# What a latency means depends on who started the clock.
CLOCK_MEANINGS = {
    "organisation": "Clock zero is the organisation's own announcement: the time to a first response "
    "is zero by construction and says nothing about how quickly it reacted.",
    "own_post": "Clock zero is a post from the organisation's own account: the time to a response is "
    "the time it took to notice and answer its own words.",
    "media": "Clock zero is the first report: the time to a response is measured from public knowledge, "
    "although the reporters may have asked the organisation before.",
    "public": "Clock zero is a post or complaint by members of the public: the time to a response is "
    "measured from public knowledge, although the organisation may have known of the deed before.",
    "regulator": "Clock zero is a regulator's order: the organisation may have known beforehand, and "
    "the time to a response measures compliance as much as candour.",
    "partner": "Clock zero is a partner's announcement: the organisation was a party to what was "
    "announced and may have known before.",
    "competitor": "Clock zero is a competitor's statement: the organisation had no part in its timing.",
}

# Here speed measures something else, and every comparison of speed says so.
OWN_CLOCK = ("organisation", "regulator")

# ISO 3166-1 alpha-2: the officially assigned codes, as the time zone database lists them.
COUNTRY_CODES = frozenset(
    (
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
        "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO "
        "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE "
        "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO "
        "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW "
        "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM "
        "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
    ).split()
)


@cache
def country_name(code: str) -> str:
    """A country's name in English for its ISO 3166 alpha-2 code, as the Unicode CLDR has it; the code itself where it has none.

    Examples
    --------
    >>> country_name("GB"), country_name("LV"), country_name("XX")
    ('United Kingdom', 'Latvia', 'XX')
    """
    from babel import Locale

    return Locale("en").territories.get(code, code)


def act_family(act: str) -> str:
    """The family that an act belongs to, ``"other"`` where it has none.

    Examples
    --------
    >>> act_family("recall"), act_family("amplification")
    ('action', 'other')
    """
    return next((family for family, acts in ACT_FAMILIES.items() if act in acts), "other")
