"""An explanation in plain words, made from the fields compared: change a field and the words change.

What is known of a pair comes from `explaining.py`; here nothing is looked up and nothing decided.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from orchestration.linkage.decisions import LINK
from orchestration.linkage.explaining import Decided, Explained, Shared
from orchestration.linkage.surroundings import Around
from orchestration.linkage.weighing import Part, probability

_KINDS = {
    "email": "e-mail address",
    "phone": "telephone number",
    "national_id": "national id",
    "tax_id": "tax id",
    "loyalty_id": "loyalty number",
    "card_fingerprint": "payment card",
    "record": "record",
}
# Weights that differ by less are said to be the same.
_SAME_BITS = 0.05


def as_document(explained: Explained) -> dict[str, Any]:
    """The whole answer as one object: the sentences, and the numbers they are made of."""
    weighed = explained.weighed
    return {
        "profiles": [explained.first.name, explained.second.name],
        "customer_ids": [explained.first.customer_id, explained.second.customer_id],
        "are_one_customer": explained.are_one,
        "verdict": verdict(explained),
        "because": list(_because(explained)),
        "compared": [
            {**asdict(part), "bits": round(part.bits, 3), "sentence": sentence(part)}
            for part in _parts(explained)
        ],
        "bits": [
            {"label": label, "bits": round(bits, 3)} for label, bits in contributions(explained)
        ],
        "model_bits": round(weighed.total, 3) if weighed else None,
        "evidence_bits": explained.weight,
        "probability": None if (total := weight(explained)) is None else probability(total),
        "shared_values": [shared._asdict() for shared in explained.shared],
        "decisions": [
            decided._asdict() for decided in (*explained.decisions, *explained.decisions_around)
        ],
        "links": list(explained.links),
        "path": [step._asdict() for step in explained.path],
    }


def weight(explained: Explained) -> float | None:
    """What the pair weighs: as it counted, else as the model would have it."""
    if explained.weight is not None:
        return explained.weight
    return explained.weighed.total if explained.weighed else None


def contributions(explained: Explained) -> list[tuple[str, float]]:
    """From what a pair weighs at the outset, thing by thing, to what it weighs: they sum to `weight`."""
    weighed = explained.weighed
    if weighed is None:
        return []
    found = [("before anything is compared", weighed.prior)]
    found += [(f"{part.label}: {part.words}", part.bits) for part in weighed.parts if part.is_known]
    found += [
        ("whole names go together", weighed.name_dependence),
        ("relatives agree on as much", weighed.relatives),
    ]
    found.append((_corrected_by(explained), (weight(explained) or 0.0) - weighed.total))
    return [(label, bits) for label, bits in found if abs(bits) >= 0.005]


def _corrected_by(explained: Explained) -> str:
    """Why a pair counts for more, or less, than the model makes of it."""
    if explained.is_torn:
        return "one of the two says nothing of the person, and those it could be of contradict each other"
    total = explained.weighed.total if explained.weighed else 0.0
    if (weight(explained) or 0.0) > total:
        if explained.rule:
            return f"the rule “{explained.rule}” is worth as much"
        return "too little is known of both to speak against it"
    if explained.weight == 0:
        return "a name alone, which others may bear, is too little"
    return "they bear the names of two organisations"


def _parts(explained: Explained) -> tuple[Part, ...]:
    return explained.weighed.parts if explained.weighed else ()


def verdict(explained: Explained) -> str:
    """One customer or two, in one sentence."""
    one, other = explained.first, explained.second
    if explained.are_one:
        return f"{one.name} and {other.name} are one customer, {one.customer_id}."
    return (
        f"{one.name} and {other.name} are two customers, {one.customer_id} and {other.customer_id}."
    )


def _because(explained: Explained) -> Iterator[str]:
    """Why, decisions first; then what joins, what would have joined, and what is known of the two."""
    yield from (_decision(decided) for decided in explained.decisions)
    for decided in explained.decisions_around:
        yield f"{_decision(decided)} That keeps all profiles of the two customers apart."
    yield from (f"Linked directly. {link}." for link in explained.links)
    if explained.path:
        way = " → ".join([explained.first.name, *(step.profiles[1] for step in explained.path)])
        yield f"Nothing links the two directly; they are joined through others: {way}."
        for step in explained.path:
            yield f"{step.profiles[0]} and {step.profiles[1]}: {step.explanation}."
    elif explained.are_one and not explained.links:
        yield "No single link leads from one to the other: the profiles of the customer belong together as a whole."
    yield from (_shared(shared) for shared in explained.shared)
    yield from _known(explained)
    total = weight(explained)
    if total is not None:
        yield _weight(explained, total)
    if explained.around:
        yield from _customers(explained.around)


def _known(explained: Explained) -> Iterator[str]:
    parts = _parts(explained)
    speaking = [part for part in parts if part.is_known and abs(part.bits) >= _SAME_BITS]
    for words, sign in (("for", 1), ("against", -1)):
        said = sorted((p for p in speaking if p.bits * sign > 0), key=lambda p: -abs(p.bits))
        if said:
            yield f"What speaks {words} one customer: {'; '.join(map(sentence, said))}."
    if parts and not any(part.is_known for part in parts):
        yield "Nothing is known of both that could be compared."


def _weight(explained: Explained, total: float) -> str:
    number = f"{signed(total)} bits, a probability of {probability(total):.1%}"
    model = explained.weighed.total if explained.weighed else total
    if explained.is_torn or abs(total - model) > _SAME_BITS:
        why = _corrected_by(explained)
        return (
            f"By itself that weighs {signed(model)} bits. But {why}, so the pair counts {number}."
        )
    if explained.rule and total < 0:
        return f"The rule “{explained.rule}” would join them, but what else is known contradicts it: {number}."
    if explained.weight is None:
        return f"The two were never candidates for one customer; compared now, the pair weighs {number}."
    return f"Together the pair weighs {number}."


def _customers(around: Around) -> Iterator[str]:
    first, second = around.profiles
    if first == second == 1:
        return
    sizes = f"{first} profile{'s' * (first > 1)} of the one and {second} of the other"
    words = "speaks for" if around.mean_weight > 0 else "does not speak for"
    yield (
        f"Customers are joined as wholes: over all pairs of the {sizes} the mean weight is "
        f"{signed(around.mean_weight)} bits, which {words} one customer."
    )
    if around.most_against and around.least_weight is not None and around.least_weight < 0:
        one, other = around.most_against
        yield f"Most against it: {one} and {other} ({signed(around.least_weight)} bits)."


def _decision(decided: Decided) -> str:
    one, other = decided.profiles
    words = "are one customer" if decided.decision == LINK else "are not one customer"
    ended = "" if decided.status == "in force" else f" That decision is {decided.status}."
    why = f": {decided.reason.rstrip('.')}" if decided.reason else ""
    return f"{decided.decided_by} decided on {decided.decided_at} that {one} and {other} {words}{why}.{ended}"


def _shared(shared: Shared) -> str:
    kinds = " and ".join(
        _KINDS.get(kind, kind.replace("_", " ")) for kind in shared.value_type.split(" and ")
    )
    both = f"Both have the {kinds} {shared.value}"
    if shared.suppressed_reason and shared.rule:
        return (
            f"{both}, but the rule “{shared.rule}” does not join by it: {shared.suppressed_reason}."
        )
    if shared.suppressed_reason:
        return f"{both}, but it joins nobody: {shared.suppressed_reason}."
    if shared.rule:
        return f"{both}: the rule “{shared.rule}” speaks for one customer."
    return f"{both}; no rule joins by that alone."


def sentence(part: Part) -> str:
    """One thing compared, with its values and its weight."""
    if not part.is_known:
        return f"the {part.label} is {part.words}"
    values = list(dict.fromkeys(value for value in part.values if value is not None))
    return f"the {part.label} is {part.words} ({' / '.join(values)}), {signed(part.bits)} bits"


def signed(bits: float) -> str:
    """A weight with its sign."""
    return f"{round(bits, 1) + 0.0:+.1f}".replace("-", "−")
