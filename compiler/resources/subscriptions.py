"""`MaaSSubscription`: a `subscriptions` item, with the budget on each model and what its use is put down to."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from compiler.diagnostics.model import Diagnostic, Note, Severity
from compiler.intent.resources import Billing, Budget, FirstBudget, FirstSubscription, Subscription
from compiler.resources.models import Models
from compiler.resources.price import per_million
from compiler.resources.read import Found
from compiler.resources.told import Told
from compiler.resources.unsupported import unsupported

# What the controller of the first release counts where a model has no rates.
DEFAULT_RATES: Final[tuple[dict[str, object], ...]] = ({"limit": 100, "window": "1m"},)


def told(found: Found, resource: FirstSubscription | Subscription, models: Models, diagnostics: list[Diagnostic]) -> Told:
    """Give the `subscriptions` item of a resource."""
    item = Told(found, "subscriptions", found.name)
    item.item["owner"] = {}
    item.comes(["owner"], "spec", "owner")
    item.callers(["owner"], resource.spec.owner, "spec", "owner")
    if resource.spec.priority is not None:
        item.put(["priority"], resource.spec.priority, "spec", "priority")
    item.comes(["models"], "spec", "modelRefs")
    _budgets(item, found, resource.spec.model_refs, models, diagnostics)
    _metadata(item, resource)
    _price(item, found, [ref.billing for ref in resource.spec.model_refs], diagnostics)
    return item


def _budgets(
    item: Told, found: Found, refs: Sequence[FirstBudget | Budget], models: Models, diagnostics: list[Diagnostic]
) -> None:
    first: dict[str, int] = {}
    for at, ref in enumerate(refs):
        origin = ("spec", "modelRefs", at)
        place = found.place.at(*origin, "name")
        if isinstance(ref, FirstBudget):
            model = models.named(ref.name, place, diagnostics)
        else:
            model = models.qualified(ref.namespace, ref.name)
        if model in first:
            diagnostics.append(_twice(found, model, first[model], at))
            continue
        first[model] = at
        item.put(["models", model, "tokens"], _rates(found, ref, at, diagnostics), *origin, "tokenRateLimits")
        item.comes(["models", model], *origin)
        item.named(["models", model], *origin, "name")


def _rates(found: Found, ref: FirstBudget | Budget, at: int, diagnostics: list[Diagnostic]) -> list[dict[str, object]]:
    place = found.place.at("spec", "modelRefs", at)
    if isinstance(ref, FirstBudget) and ref.rates_of is not None:
        diagnostics.append(
            unsupported(
                "`tokenRateLimitRef` has no meaning here",
                place.at("tokenRateLimitRef").on_key(),
                "no controller ever read it: the budget would be another than the one it names",
                "write the rates as `tokenRateLimits`",
            )
        )
    elif not ref.rates:
        diagnostics.append(
            Diagnostic(
                "default-budget",
                Severity.WARNING,
                f"`{found.name}` says nothing of its budget on `{ref.name}`",
                place.at("name"),
                "100 tokens a minute for each of its owners, as the controller counts them then",
                help="write `tokenRateLimits: [{limit: 100, window: 1m}]`, or what is meant",
            )
        )
    return [{"limit": rate.limit, "window": rate.window} for rate in ref.rates] or list(DEFAULT_RATES)


def _twice(found: Found, model: str, first: int, second: int) -> Diagnostic:
    place = found.place.at("spec", "modelRefs")
    return Diagnostic(
        "duplicate-name",
        Severity.ERROR,
        f"the subscription `{found.name}` has two budgets on `{model}`",
        place.at(second, "name"),
        "the controller takes the first of them and leaves the other out",
        notes=(Note("the other one is here", place.at(first, "name")),),
        help="remove one of the two; several rates of one budget are several `tokenRateLimits`",
    )


def _metadata(item: Told, resource: FirstSubscription | Subscription) -> None:
    metadata = resource.spec.metadata
    if metadata is None:
        return
    said = {"organization": metadata.organization, "costCenter": metadata.cost_center, "labels": metadata.labels or None}
    fields = {"organization": "organizationId", "costCenter": "costCenter", "labels": "labels"}
    for name, value in said.items():
        if value is not None:
            item.put(["metadata", name], value, "spec", "tokenMetadata", fields[name])


def _price(item: Told, found: Found, rates: Sequence[Billing | None], diagnostics: list[Diagnostic]) -> None:
    """Say the price, which a subscription has one of."""
    prices: list[Decimal | None] = []
    for at, rate in enumerate(rates):
        place = found.place.at("spec", "modelRefs", at, "billingRate", "perToken")
        price = per_million(rate.per_token, place, diagnostics) if rate else None
        if rate is not None and price is None:
            return
        prices.append(price)
    other = next((at for at, price in enumerate(prices) if price != prices[0]), None)
    if other is not None:
        place = found.place.at("spec", "modelRefs", other)
        diagnostics.append(
            unsupported(
                f"`{found.name}` has another price on this model than on the first",
                place.at("billingRate", "perToken") if rates[other] else place.at("name"),
                "use would be billed at a price that is not meant",
                "make a subscription of the models of each price",
            )
        )
    elif prices[0] is not None:
        item.put(["metadata", "pricePerMillionTokens"], f"{prices[0]:f}", "spec", "modelRefs", 0, "billingRate", "perToken")
