"""Pools, their multi-factor settings, domains, tags, threat protection and looks."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from typing import Any

from emulator import clock
from emulator.cognito_idp.backend import Backend, backends
from emulator.cognito_idp.errors import invalid
from emulator.cognito_idp.logs import refuse_logs
from emulator.cognito_idp.pool import Dated, UserPool
from emulator.cognito_idp.schema import add_custom
from emulator.cognito_idp.settings import checked, not_in_tier, sends_by_ses
from emulator.json_service import Calls
from emulator.paging import cut
from emulator.wire import AwsError

Answer = dict[str, Any]


class PoolCalls(Calls):
    service = "cognito-idp"
    invalid = "InvalidParameterException"

    @property
    def backend(self) -> Backend:
        return backends[self.caller.account_id][self.region]

    @property
    def pool(self) -> UserPool:
        return self.backend.pool(self.asked["UserPoolId"])

    def listing(
        self,
        key: str,
        names: Any,
        in_words: Callable[[str], Answer],
        *,
        size: str = "MaxResults",
        token: str = "NextToken",  # noqa: S107 (the name of a parameter)
    ) -> Answer:
        """A page of what has these names. What else the call says must be the same on each page."""
        rest = {name: value for name, value in self.asked.items() if name not in (size, token)}
        page, following = cut(
            sorted(names) if not isinstance(names, list) else names,
            size=self.asked.get(size),
            token=self.asked.get(token),
            of=(key, sorted(rest.items(), key=str)),
        )
        return {key: [in_words(name) for name in page], token: following}

    def create_user_pool(self) -> Answer:
        return {"UserPool": self.backend.create_pool(self.asked).described()}

    def describe_user_pool(self) -> Answer:
        return {"UserPool": self.pool.described()}

    def list_user_pools(self) -> Answer:
        pools = self.backend.pools
        return self.listing("UserPools", pools, lambda name: pools[name].summary())

    def update_user_pool(self) -> None:
        pool = self.pool
        asked = {name: value for name, value in self.asked.items() if name not in ("UserPoolId", "PoolName")}
        pool.replace(checked(asked, pool))
        pool.name = self.asked.get("PoolName") or pool.name

    def delete_user_pool(self) -> None:
        self.backend.delete_pool(self.asked["UserPoolId"])

    def add_custom_attributes(self) -> None:
        pool = self.pool
        schema = dict(pool.schema)
        for wanted in self.asked["CustomAttributes"]:
            add_custom(schema, wanted)
        pool.schema = schema
        pool.changed = clock.utcnow()

    def get_user_pool_mfa_config(self) -> Answer:
        return self.pool.mfa.described()

    def set_user_pool_mfa_config(self) -> Answer:
        pool = self.pool
        self._refuse_factors(pool)
        pool.mfa.replace(self.asked)
        pool.settings["MfaConfiguration"] = pool.mfa.mode
        sms = pool.mfa.blocks.get("SmsMfaConfiguration", {}).get("SmsConfiguration")
        if sms is not None:
            pool.settings["SmsConfiguration"] = sms
        pool.changed = clock.utcnow()
        return pool.mfa.described()

    def _refuse_factors(self, pool: UserPool) -> None:
        """API reference, EmailMfaConfigType, WebAuthnConfigurationType; developer guide, "User pool feature plans"."""
        for member, feature in (("EmailMfaConfiguration", "Email MFA"), ("WebAuthnConfiguration", "Passkey sign-in")):
            if self.asked.get(member) and pool.settings["UserPoolTier"] == "LITE":
                raise not_in_tier(feature, "LITE")
        if self.asked.get("EmailMfaConfiguration") and not sends_by_ses(pool.settings):
            raise invalid("Email MFA requires EmailSendingAccount DEVELOPER.")

    def get_user_pool_session_configuration(self) -> Answer:
        return {"UserPoolId": self.pool.id, **self.pool.sessions}

    def set_user_pool_session_configuration(self) -> Answer:
        pool = self._able_to_track()
        pool.sessions = {name: self.asked[name] for name in ("UserSessionTracking", "TokenSession")}
        return {"UserPoolId": pool.id, **pool.sessions}

    def _able_to_track(self) -> UserPool:
        pool = self.pool
        if pool.settings["UserPoolTier"] == "LITE":
            raise AwsError(
                "FeatureUnavailableInTierException", "Session tracking is not available in the LITE tier of user pools."
            )
        return pool

    # Logs

    def get_log_delivery_configuration(self) -> Answer:
        return {"LogDeliveryConfiguration": {"UserPoolId": self.pool.id, "LogConfigurations": self.pool.logs}}

    def set_log_delivery_configuration(self) -> Answer:
        pool = self.pool
        configurations = list(self.asked["LogConfigurations"])
        refuse_logs(configurations, pool)
        pool.logs = configurations
        return self.get_log_delivery_configuration()

    # Domains

    def create_user_pool_domain(self) -> Answer:
        pool, domain = self.pool, self.asked["Domain"]
        if _pool_of_domain(domain) is not None:
            raise invalid("Domain already associated with another user pool.")
        is_custom = "CustomDomainConfig" in self.asked
        if (pool.custom_domain if is_custom else pool.domain) is not None:
            raise invalid("The user pool already has a domain.")
        made = {name: value for name, value in self.asked.items() if name != "UserPoolId"}
        made.setdefault("ManagedLoginVersion", 1)
        if is_custom:
            pool.custom_domain = made
        else:
            pool.domain = made
        return {"ManagedLoginVersion": made["ManagedLoginVersion"]} | (
            {"CloudFrontDomain": _distribution(domain)} if is_custom else {}
        )

    def describe_user_pool_domain(self) -> Answer:
        """One that nobody has gives an empty description, not an error."""
        pool = _pool_of_domain(self.asked["Domain"])
        if pool is None or pool.account_id != self.caller.account_id:
            return {"DomainDescription": {}}
        mine = next(one for one in (pool.domain, pool.custom_domain) if one and one["Domain"] == self.asked["Domain"])
        described = {
            "UserPoolId": pool.id,
            "AWSAccountId": pool.account_id,
            "S3Bucket": f"aws-cognito-prod-{pool.region}-assets",
            "CloudFrontDistribution": _distribution(mine["Domain"]),
            "Version": pool.changed.strftime("%Y%m%d%H%M%S"),
            "Status": "ACTIVE",
        }
        return {"DomainDescription": described | mine}

    def update_user_pool_domain(self) -> Answer:
        domain = self._own_domain()
        for name in ("CustomDomainConfig", "ManagedLoginVersion"):
            if name in self.asked:
                domain[name] = self.asked[name]
        return {"ManagedLoginVersion": domain["ManagedLoginVersion"]}

    def delete_user_pool_domain(self) -> None:
        pool, domain = self.pool, self._own_domain()
        if domain is pool.domain:
            pool.domain = None
        else:
            pool.custom_domain = None

    def _own_domain(self) -> Answer:
        pool = self.pool
        for domain in (pool.domain, pool.custom_domain):
            if domain is not None and domain["Domain"] == self.asked["Domain"]:
                return domain
        raise invalid("No such domain or user pool exists.")

    # Tags

    def list_tags_for_resource(self) -> Answer:
        return {"Tags": self.backend.pool_of_arn(self.asked["ResourceArn"]).settings["UserPoolTags"]}

    def tag_resource(self) -> None:
        self.backend.pool_of_arn(self.asked["ResourceArn"]).settings["UserPoolTags"] |= self.asked["Tags"]

    def untag_resource(self) -> None:
        tags = self.backend.pool_of_arn(self.asked["ResourceArn"]).settings["UserPoolTags"]
        for key in self.asked["TagKeys"]:
            tags.pop(key, None)

    # Threat protection and looks

    def describe_risk_configuration(self) -> Answer:
        pool, client_id = self._protected(), self.asked.get("ClientId", "")
        whose = client_id if client_id in pool.risk else ""
        return {"RiskConfiguration": _own_risk(pool, whose, pool.risk.get(whose) or Dated({}))}

    def set_risk_configuration(self) -> Answer:
        """Nothing but the pool resets the pool's to the default, nothing but the client makes it follow the pool's."""
        pool, client_id = self._protected(), self.asked.get("ClientId", "")
        content = {name: value for name, value in self.asked.items() if name not in ("UserPoolId", "ClientId")}
        pool.risk.pop(client_id, None)
        if content:
            pool.risk[client_id] = Dated(content)
        return self.describe_risk_configuration()

    def _protected(self) -> UserPool:
        pool = self.pool
        if "ClientId" in self.asked:
            pool.client(self.asked["ClientId"])
        if pool.threat_protection == "OFF":
            raise AwsError("UserPoolAddOnNotEnabledException", "The user pool add-on is not enabled.")
        return pool

    def get_ui_customization(self) -> Answer:
        pool, client_id = self.pool, self.asked.get("ClientId", "ALL")
        held = pool.looks.get(client_id) or pool.looks.get("ALL") or Dated({})
        return {"UICustomization": self._look(client_id, held)}

    def set_ui_customization(self) -> Answer:
        pool, client_id = self.pool, self.asked.get("ClientId", "ALL")
        if pool.domain is None and pool.custom_domain is None:
            raise invalid("There has to be an existing domain associated with this user pool")
        image = b64decode(self.asked.get("ImageFile") or "")
        if image and not image.startswith((b"\x89PNG\r\n", b"\xff\xd8\xff")):
            raise invalid("The image file is not valid. Choose a PNG or JPEG file.")
        # Both or none: what is left out is there no more.
        content = {"CSS": self.asked.get("CSS") or None, "CSSVersion": clock.utcnow().strftime("%Y%m%d%H%M%S")}
        if not image and not content["CSS"]:
            pool.looks.pop(client_id, None)
            return {"UICustomization": {}}
        pool.looks[client_id] = Dated(content, image=image)
        return {"UICustomization": self._look(client_id, pool.looks[client_id])}

    def _look(self, client_id: str, held: Dated) -> Answer:
        shape = {"UserPoolId": self.pool.id, "ClientId": client_id, **held.content}
        if held.image:  # CloudFront serves it, which this process plays, too: wherever it is by now
            shape["ImageUrl"] = f"http://{self.host}/_emulator/logo?pool={self.pool.id}&client={client_id}"
        dates = {"CreationDate": held.created, "LastModifiedDate": held.changed} if held.content else {}
        return {key: value for key, value in (shape | dates).items() if value is not None}


def _pool_of_domain(domain: str) -> UserPool | None:
    """Domains are unique in a Region; here, everywhere."""
    for backend in backends.everywhere():
        for pool in backend.pools.values():
            if any(held is not None and held["Domain"] == domain for held in (pool.domain, pool.custom_domain)):
                return pool
    return None


def _distribution(domain: str) -> str:
    return f"{domain.replace('.', '-')}.cloudfront.net"


def _own_risk(pool: UserPool, client_id: str, held: Dated) -> Answer:
    """Without a client it is the pool's (API reference, RiskConfigurationType)."""
    whose = {"ClientId": client_id} if client_id else {}
    return {"UserPoolId": pool.id, **whose, **held.content, "LastModifiedDate": held.changed}
