"""Words around a formula that tell under what it is said, in the languages that people write in."""

from __future__ import annotations

import re


def _of(*listed: str) -> str:
    """Return a pattern for any of some words; those of Latin and Cyrillic letters stand alone."""
    latin = "|".join(word for part in listed for word in part.split("|"))
    return rf"(?<![^\W\d_])(?:{latin})(?![^\W\d_])"


_IF = (
    "if|when|whenever|once|in case|in the case|case|unless|as long as|so long as|assuming|provided",
    "falls|wenn|sofern|solange|sobald|im Fall|außer wenn|es sei denn",
    "si|quand|lorsque|dès que|tant que|à condition que|sauf si|cas",
    "cuando|siempre que|mientras|en caso de que|a menos que|salvo que|caso",
    "se|quando|sempre que|desde que|a menos que|caso|qualora|purché|a meno che|caso",
    "если|когда|случай|случае",
)
_ALSO = (
    "for|where|wherever|with|under|given|since|because|as|on|in|at|inside|within|by|while|having",
    "für|bei|mit|wobei|wo|unter|da|weil|im|auf",
    "pour|avec|où|sous|comme|puisque|car|dans|sur",
    "para|con|donde|bajo|como|porque|ya que|en|sobre",
    "com|onde|sob|pois|em|per|con|dove|sotto|poiché",
    "при|для|где|так как|поскольку",
)
_IF_CJK = "当|當|若|如果|假如|当且仅当|もし|만약|만일"
_ALSO_CJK = "对于|對於|对|對|在|由于|因为|因為|其中"
IF = re.compile(f"{_of(*_IF)}|{_IF_CJK}", re.IGNORECASE)
CASE = re.compile(rf"{_of('case|fall|cas|caso|случай')}|情况|情況|場合|경우|\(\s*$", re.IGNORECASE)
OPENS = re.compile(f"{_of(*_IF, *_ALSO)}|{_IF_CJK}|{_ALSO_CJK}", re.IGNORECASE)
#: Around a condition, whose place is the zero sign: it opens a clause, and ends none.
NEW_CLAUSE = re.compile(
    r"[;；][^;；\0]*\0|(?:[,，]\s*|\s)(?:and|und|et|y|e|и)\s[^,;，；\0]+\0|\0\W*(?:"
    + _of("then|dann|gilt|alors|entonces|então|allora|то")
    + "|则|則|那么|には|면)",
    re.IGNORECASE,
)
IF_AT_END = re.compile(rf"(?:{_of(*_IF)}|{_IF_CJK})[\s(]*$", re.IGNORECASE)
OPENS_AT_END = re.compile(
    rf"(?:{_of(*_IF, *_ALSO, 'fall')}(?:\s+\d)?|{_IF_CJK}|{_ALSO_CJK}|情况|情況|場合)[\s(:：]*$",
    re.IGNORECASE,
)
SUPPOSES = re.compile(
    _of(
        "assume|assumed|assuming|suppose|supposing|let|throughout|restrict|require|annahme|sei",
        "seien|angenommen|annehmen|nehmen|supposons|suppose|soit|soient|supongamos|sea|sean",
        "suponga|suponhamos|seja|sejam|supponiamo|sia|siano|предположим|пусть|положим",
    )
    + "|设|設|假设|假設|假定|とする|仮定|가정|라고 하자",
    re.IGNORECASE,
)
_FOLLOWS = (
    "so|hence|thus|therefore|then|implies|implying|gives|give|yields|get|obtain",
    "conclude|i\\.e|that is|also|folglich|daher|somit|dann|sodass|donc|ainsi|alors",
    "d'où|implique|luego|entonces|así|implica|por tanto|logo|então|portanto|quindi",
    "allora|dunque|значит|следовательно|то|поэтому|откуда",
)
_FOLLOWS_SIGNS = "|所以|因此|故|则|則|于是|从而|よって|したがって|ゆえに|따라서|그러므로"
#: Words behind which something follows from what was said before.
FOLLOWS = re.compile(_of(*_FOLLOWS) + _FOLLOWS_SIGNS, re.IGNORECASE)
#: Words behind which a condition is what follows from a formula, and not what it rests on.
CONCLUDES = re.compile(
    _of(*_FOLLOWS, "means|have|is|are|ist|est|es") + _FOLLOWS_SIGNS, re.IGNORECASE
)
NEGATES = re.compile(
    _of("unless|except|außer|es sei denn|sauf|salvo|a menos que|excepto|exceto|a meno che|кроме")
    + "|除非",
    re.IGNORECASE,
)
#: A word behind a condition that makes it one, where the language puts it there.
MARK_BEHIND = re.compile(
    r"\W*(?:の?とき|の?時|の?場合|ならば|なら|であれば|のもとで|일\s?때|이면|면|인\s?경우|라면|时|的时候|"
    r"的情况|的条件|这种情况)"
)
_OTHERWISE = (
    r"(?:(?:and|or|und|et|y|e|o|и)\s+)?(?:"
    + _of(
        "otherwise|else|elsewhere|sonst|andernfalls|ansonsten|sinon|autrement|ailleurs|si no",
        "en otro caso|de lo contrario|en caso contrario|caso contrário|senão|altrimenti|иначе",
        "в противном случае",
    )
    + "|否则|否則|其他|其它|それ以外|その他|そうでなければ|그렇지 않으면|그 외|아니면)"
)
OTHERWISE = re.compile(_OTHERWISE, re.IGNORECASE)
OTHERWISE_BEHIND = re.compile(r"[^\w,;，；]*" + _OTHERWISE, re.IGNORECASE)
IN_GENERAL = re.compile(
    _of(
        "in general|in all|altogether|overall|in both|in either|combining|combined|together",
        "allgemein|insgesamt|zusammen|en général|au total|dans tous|en general|en total",
        "en ambos|em geral|in generale|в общем|в итоге",
    )
    + "|总之|一般|综上|まとめると|一般に|일반적으로|종합하면",
    re.IGNORECASE,
)
#: All that stands between two conditions, or a condition and a value, that belong together.
JOINS = re.compile(
    r"[\s,;，、；]*(?:(?:and|or|but|und|oder|sowie|et|ou|y|e|o|и|или|resp\.?|bzw\.?)[\s,]*)?"
    r"(?:且|和|及|又|かつ|および|그리고|及び)?[\s,]*",
    re.IGNORECASE,
)
LAST_CLAUSE = re.compile(r"[^,;:，；：—–]*[,;:(，；：（—–\s]*$")
_EVERY = (
    r"(?:all|every|each|any|everything|both|example|instance|alle|jede\w*|beide|tou[st]\w*|chaque|"
    r"tod[oa]s?|cada|ogni|tutt\w+|всех|любо\w+|a|an|the|one|this|our|us|ein\w*|der|die|das|une?|les?|la|"
    r"el|los|las|un[ao]?|convenience|brevity|simplicity|short)\b"
)
#: A clause that says in words under what a formula holds: `if the unit is active`.
UNREAD = re.compile(
    r"\W*(?:(?:valid|true|correct|only|but|holds?|gültig|nur|valable|seulement|válid[oa]|solo)\s+){0,3}"
    rf"(?:{_of(*_IF)}|{_of('where|wherever|provided|given')}"
    rf"|{_of('for|on|für|bei|pour|para')}\s+(?!{_EVERY})|{_IF_CJK})"
    r"\s*[^\W\d_]+[^.;。；\n]*",
    re.IGNORECASE,
)
ONLY_IF = re.compile(rf"\W*(?:{_of(*_IF)}|{_IF_CJK})\W*", re.IGNORECASE)
_ONE = r"(?:[^\s,;:$`=<>≤≥≠|(]{0,40}\([^\n,;:$`=<>≤≥≠|()]{1,60}\)|[^\s,;:$`=<>≤≥≠|]{1,40})"
_SIDE = rf"{_ONE}(?:[ ][-+*/·−][ ]{_ONE}){{0,4}}"
PLAIN_CONDITION = re.compile(
    rf"(?:{_of(*_IF, *_ALSO)}|{_IF_CJK}|\()\s*"
    rf"(?P<condition>{_SIDE}\s*(?:[<>]=?|[≤≥≠]|!=)\s*[-−]?[\w.]*\w(?:[ ][-+*/·−][ ]\w+){{0,3}})",
    re.IGNORECASE,
)
#: What may stand behind a condition that is the heading of a case: `Case 1: $z > 0$ first.`
SHORT = re.compile(r"[^\w,，]*(?:\w+[^\w,，]*)?")
#: The beginning of a sentence on a line of its own, behind a formula without a full stop.
NEW_LINE = re.compile(r"[ \t]*\n[\s>*_]*(?=[A-ZÀ-ÞΑ-ΩА-Я])")
_ABBREVIATED = re.compile(
    r"\b(?:e\.g|i\.e|z\.\s?B|d\.\s?h|u\.\s?a|resp|bzw|vgl|cf|p\.\s?ej|etc|eqs?|figs?|c\.-?à-?d|vs|approx|"
    r"w\.r\.t|s\.t|no|nr|т\.\s?е|т\.\s?к)\.",
    re.IGNORECASE,
)
_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}\s|\\(?:sub)*section\b|<h[1-6]", re.MULTILINE)
SENTENCE_END = re.compile(
    r"[.!?](?=[\s)\"*_»”<]|$)|[。！？]|\n[ \t>]*(?:[-*+•]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])[ \t]"
    r"|\n[ \t>]*#{1,6}\s|\\(?:sub)*section\b|\\item\b|<h[1-6]|<li\b|\n[ \t]*\|"
)


def without_abbreviations(text: str) -> str:
    """Return a text of the same length in which no abbreviation looks like the end of a sentence.

    >>> without_abbreviations("i.e. so")
    'i_e_ so'
    """
    return _ABBREVIATED.sub(lambda found: found[0].replace(".", "_"), text)


def kind_of_end(text: str, cut: re.Match[str]) -> str:
    """Return what begins behind the end of a sentence: "part", "item" of a list, or ""."""
    around = text[max(cut.start() - 1, 0) : cut.end() + 400]
    behind = text[cut.end() :]
    if _HEADING.search(text, max(cut.start() - 1, 0)):
        return "part"
    item = cut[0][:1] in "\n\\<" or cut[0] == "<li"
    if item and text[: cut.start()].rstrip().endswith((":", "：")):
        return ""
    return "item" if item or re.match(r"[)\"*_»”]*[ \t]*\n\s*\n", behind or around) else ""


def stronger(one: str, other: str) -> str:
    """Return the stronger of two ends."""
    return max(one, other, key=("", "item", "part").index)
