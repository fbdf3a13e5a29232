"""A small platform to ask: its manifests as text, callers, and one call that asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler.diagnostics.model import Diagnostic, failed
from compiler.engines.celpy_engine import CelpyEngine
from compiler.gateway.answer import Answer, answer
from compiler.gateway.cluster import Cluster
from compiler.gateway.evaluate import Step
from compiler.gateway.externals import Externals
from compiler.gateway.identities import Identities, Token
from compiler.gateway.limitador import Counters
from compiler.gateway.read import read
from compiler.gateway.release import find_release
from compiler.gateway.requests import HttpRequest

ENGINE = CelpyEngine()
HOST = "maas.apps.example.com"
CHAT = "/llm/simulator-model/v1/chat/completions"
LISTING = "/llm/simulator-model/v1/models"
CLUSTER_AUDIENCE = "https://kubernetes.default.svc"

GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: maas-default-gateway, namespace: openshift-ingress}
spec:
  gatewayClassName: openshift-default
  listeners:
    - {name: https, hostname: maas.apps.example.com, port: 443, protocol: HTTPS, allowedRoutes: {namespaces: {from: All}}}
"""

# What a model gets when policies attach to its route.
AUTH = """
apiVersion: kuadrant.io/v1
kind: AuthPolicy
metadata:
  name: maas-auth-simulator-model
  namespace: llm
  labels: {app.kubernetes.io/managed-by: maasc}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: simulator-model-kserve-route}
  rules:
    authentication:
      openshift:
        priority: 0
        kubernetesTokenReview: {audiences: ["https://kubernetes.default.svc"]}
        overrides:
          userid:
            expression: 'has(auth.identity.user) ? (has(auth.identity.user.username) ? auth.identity.user.username : "") : ""'
          groups:
            expression: 'has(auth.identity.user) ? (has(auth.identity.user.groups) ? auth.identity.user.groups : []) : []'
          selected_subscription:
            expression: >-
              [{"system:authenticated": "free", "premium-group": "premium"}].map(m,
              (has(auth.identity.user.groups) ? auth.identity.user.groups : []).filter(g, g in m).map(g, m[g]))
              .map(c, (["premium", "free"].filter(t, t in c) + [""])[0])[0]
      tier-tokens:
        priority: 1
        kubernetesTokenReview: {audiences: [maas-default-gateway-sa]}
        overrides:
          userid: {expression: auth.identity.user.username}
          groups: {expression: auth.identity.user.groups}
          selected_subscription: {value: "tier:free"}
    authorization:
      identity-headers:
        priority: 0
        patternMatching:
          patterns:
            - {predicate: 'has(request.headers) ? !("x-maas-username" in request.headers) : true'}
            - {predicate: 'has(request.headers) ? !("x-maas-group" in request.headers) : true'}
      model-access:
        priority: 1
        patternMatching:
          patterns:
            - predicate: 'auth.identity.groups.exists(g, g in ["free-user", "premium-group"]) || auth.identity.userid in ["ana"]'
      subscription:
        priority: 2
        patternMatching: {patterns: [{predicate: 'auth.identity.selected_subscription != ""'}]}
    response:
      unauthenticated: {code: 401, message: {value: Authentication required}}
      unauthorized: {code: 403, message: {value: Access denied}}
      success:
        filters:
          identity:
            priority: 0
            json:
              properties:
                userid: {expression: auth.identity.userid}
                groups: {expression: auth.identity.groups}
                groups_str: {expression: 'auth.identity.groups.filter(g, g in ["free-user"]).join(",")'}
                selected_subscription: {expression: auth.identity.selected_subscription}
        headers:
          x-maas-username: {priority: 1, plain: {expression: auth.identity.userid}}
          x-maas-group: {priority: 1, plain: {selector: auth.identity.groups.@tostr}}
          x-maas-subscription: {priority: 1, plain: {expression: auth.identity.selected_subscription}}
"""

LIMITS = """
apiVersion: kuadrant.io/v1alpha1
kind: TokenRateLimitPolicy
metadata: {name: maas-trlp-simulator-model, namespace: llm}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: simulator-model-kserve-route}
  limits:
    tokens-100-per-1m:
      rates: [{limit: 100, window: 1m}]
      when:
        - {predicate: 'auth.identity.selected_subscription in ["free", "tier:free"]'}
        - {predicate: 'request.url_path != "/llm/simulator-model/v1/models"'}
      counters: [{expression: auth.identity.userid}, {expression: auth.identity.selected_subscription}]
    tokens-900-per-1m:
      rates: [{limit: 900, window: 1m}]
      when:
        - {predicate: 'auth.identity.selected_subscription == "premium"'}
        - {predicate: 'request.url_path != "/llm/simulator-model/v1/models"'}
      counters: [{expression: auth.identity.userid}, {expression: auth.identity.selected_subscription}]
    deny-unmetered:
      rates: [{limit: 0, window: 1m}]
      when:
        - {predicate: '!(auth.identity.selected_subscription in ["free", "premium", "tier:free"])'}
        - {predicate: 'request.url_path != "/llm/simulator-model/v1/models"'}
"""

# What stands behind every route of the Gateway.
DENY_AUTH = """
apiVersion: kuadrant.io/v1
kind: AuthPolicy
metadata: {name: gateway-auth-policy, namespace: openshift-ingress}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: maas-default-gateway}
  rules:
    authentication:
      openshift: {priority: 0, kubernetesTokenReview: {audiences: ["https://kubernetes.default.svc"]}}
    authorization:
      deny-unconfigured: {priority: 0, patternMatching: {patterns: [{predicate: "false"}]}}
"""

PLATFORM = (GATEWAY, AUTH, LIMITS, DENY_AUTH)

TOKENS = {
    "freda": Token((CLUSTER_AUDIENCE,), "freda", ("system:authenticated", "free-user")),
    "petra": Token((CLUSTER_AUDIENCE,), "petra", ("system:authenticated", "premium-group")),
    "sa": Token(("maas-default-gateway-sa",), "system:serviceaccount:t:sa", ("free-user",)),
    "norma": Token((CLUSTER_AUDIENCE,), "norma"),
    "other": Token(("elsewhere",), "other", ("free-user",)),
}
WORLD = Identities(tokens=TOKENS)


@dataclass(frozen=True)
class Platform:
    """Manifests that were read, and the release they run on."""

    cluster: Cluster
    diagnostics: tuple[Diagnostic, ...]
    release: str = "1.5"
    world: Identities = field(default_factory=lambda: WORLD)

    def ask(  # noqa: PLR0913 - each is one aspect of a request
        self,
        caller: str | None = "freda",
        path: str = CHAT,
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "POST",
        host: str = HOST,
        state: Counters | None = None,
    ) -> Answer:
        """Ask with the token of a caller, one of `TOKENS`."""
        sent = (("Authorization", f"Bearer {caller}"),) if caller is not None else ()
        request = HttpRequest(method, host, path, (*sent, *(headers or {}).items()))
        return answer(self.cluster, find_release(self.release), ENGINE, self.world, request, state)


def platform(
    *manifests: str, release: str = "1.5", world: Identities = WORLD, externals: Externals | None = None, strict: bool = True
) -> Platform:
    """Read manifests, each one a document; `strict` insists that they are read without errors."""
    cluster, diagnostics = read({"all.yaml": "\n---\n".join(manifests)}, externals=externals)
    assert not (strict and failed(diagnostics)), diagnostics
    return Platform(cluster, diagnostics, release, world)


def codes(found: Platform) -> list[str]:
    """Give the codes of the findings."""
    return [diagnostic.code for diagnostic in found.diagnostics]


def step(found: Answer, phase: str, rule: str) -> Step:
    """Give the step of a rule."""
    return next(entry for entry in found.trace if (entry.phase, entry.rule) == (phase, rule))


def route(name: str, prefix: str, *, namespace: str = "llm", hostname: str = HOST, extra: str = "") -> str:
    """Write an HTTPRoute for everything below a prefix."""
    return f"""
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  parentRefs: [{{name: maas-default-gateway, namespace: openshift-ingress}}]
  hostnames: ["{hostname}"]
  rules:
    - matches: [{{path: {{type: PathPrefix, value: {prefix}}}}}]
      backendRefs: [{{name: {name}, port: 8080}}]
{extra}"""


def auth(
    rules: str, *, name: str = "auth", target: str = "kind: HTTPRoute, name: model", namespace: str = "llm", extra: str = ""
) -> str:
    """Write an AuthPolicy with these rules (YAML, indented by four), by default on the route `model`."""
    return f"""
apiVersion: kuadrant.io/v1
kind: AuthPolicy
metadata: {{name: {name}, namespace: {namespace}{extra}}}
spec:
  targetRef: {{group: gateway.networking.k8s.io, {target}}}
  rules:
{rules}"""


def limits(  # noqa: PLR0913 - each is one part of the manifest
    body: str,
    *,
    kind: str = "TokenRateLimitPolicy",
    name: str = "limits",
    target: str = "kind: HTTPRoute, name: model",
    namespace: str = "llm",
    when: str = "",
) -> str:
    """Write a policy with these limits (YAML, indented by four), by default of tokens and on the route `model`."""
    version = "v1alpha1" if kind == "TokenRateLimitPolicy" else "v1"
    return f"""
apiVersion: kuadrant.io/{version}
kind: {kind}
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  targetRef: {{group: gateway.networking.k8s.io, {target}}}
{f"  when: {when}" if when else ""}
  limits:
{body}"""


MODEL = route("model", "/llm/model")
MODEL_PATH = "/llm/model/v1/chat/completions"
REVIEW = f"""    authentication:
      cluster: {{kubernetesTokenReview: {{audiences: ["{CLUSTER_AUDIENCE}"]}}}}
"""
EXPORT = """    response:
      success:
        filters:
          identity:
            json:
              properties:
                userid: {expression: auth.identity.user.username}
                groups: {expression: auth.identity.user.groups}
                groups_str: {expression: 'auth.identity.user.groups.join(",")'}
"""
