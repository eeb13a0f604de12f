"""Who lives together, from pairs that probably do. Persons stay customers of their own: nobody is merged here."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.linkage.components import labels

# A group too large for a household is taken apart at its weaker pairs, step by step.
STEPS = (0.0, 0.9, 0.97, 0.99)


# More than live together: a building, a home, a firm.
MAX_MEMBERS = 12


def households(pairs: pa.Table, max_members: int = MAX_MEMBERS) -> pa.Table:
    """`customer_id_1, customer_id_2, confidence` → `customer_id, first_customer_id`; the same whatever the order."""
    names = pa.chunked_array(
        [*pairs.column("customer_id_1").chunks, *pairs.column("customer_id_2").chunks], pa.string()
    )
    customers = pc.unique(names).sort()
    first = pc.index_in(pairs.column("customer_id_1"), customers).to_numpy()
    second = pc.index_in(pairs.column("customer_id_2"), customers).to_numpy()
    confidence = pairs.column("confidence").to_numpy()
    smallest = np.arange(len(customers), dtype=np.int64)
    undecided = np.ones(len(customers), dtype=np.bool_)
    for step in STEPS:
        taken = undecided[first] & (confidence >= step)
        found = labels(len(customers), first[taken], second[taken])
        sizes = np.bincount(found, minlength=len(customers))[found]
        settled = undecided & (sizes <= max_members)
        smallest[settled] = found[settled]
        undecided &= ~settled
    shares = np.bincount(smallest, minlength=len(customers))[smallest] > 1
    return pa.table(
        {
            "customer_id": customers.filter(pa.array(shares)),
            "first_customer_id": customers.take(pa.array(smallest[shares])),
        }
    )
