"""What can be done with an identity pool from its page: forms that stage changes."""

from cognito.identity_pools.actions import access, images, mappings, settings
from objects import object_actions
from objects.object_actions import ACCOUNT, ObjectAction

PLACE = "identity_pool"


def register() -> None:
    object_actions.register(
        ACCOUNT,
        ObjectAction(
            "create-identity-pool",
            "New identity pool…",
            settings.CreateIdentityPoolForm,
            icon="plus",
            on="identity_pools",
        ),
    )
    object_actions.register(
        PLACE,
        ObjectAction("images", "Show images of one bucket to everybody…", images.ImagesForm, icon="image", position=5),
        ObjectAction(
            "tighten-guests",
            "Let guests read one prefix only…",
            images.TightenGuestsForm,
            icon="shield-check",
            offered=lambda pool: bool((pool.roles or {}).get("unauthenticated")),
            position=6,
        ),
        ObjectAction(
            "guests-on",
            "Turn on guest access…",
            access.GuestsOnForm,
            icon="user-round-check",
            offered=lambda pool: not pool.guests,
            position=10,
        ),
        ObjectAction(
            "guests-off",
            "Turn off guest access…",
            access.GuestsOffForm,
            icon="user-round-x",
            offered=lambda pool: bool(pool.guests),
            position=10,
        ),
        ObjectAction("roles", "Roles…", access.RolesForm, icon="hat-glasses", position=20),
        ObjectAction("mapping", "Role mapping…", mappings.MappingForm, icon="route", position=21),
        ObjectAction("principal-tags", "Principal tags…", mappings.PrincipalTagsForm, icon="tag", position=22),
        ObjectAction("fix-trust", "Fix a role’s trust policy…", access.FixTrustForm, icon="shield-check", position=23),
        ObjectAction("providers", "Providers…", settings.ProvidersForm, icon="id-card", position=30),
        ObjectAction(
            "settings", "Name, classic flow…", settings.PoolSettingsForm, icon="sliders-horizontal", position=31
        ),
        ObjectAction(
            "classic-off",
            "Turn off the classic flow…",
            access.ClassicOffForm,
            icon="circle-off",
            offered=lambda pool: bool(pool.classic_flow),
            position=32,
        ),
        ObjectAction(
            "delete-identities",
            "Delete identities…",
            settings.DeleteIdentitiesForm,
            icon="user-round-x",
            danger=True,
            position=80,
        ),
        ObjectAction("delete", "Delete…", settings.DeleteIdentityPoolForm, icon="trash-2", danger=True, position=90),
    )
