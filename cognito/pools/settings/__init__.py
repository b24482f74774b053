"""The settings of user pools and of what belongs to them, as entries (docs/adding-a-setting.md)."""

from cognito.pools.settings import belonging, client, logs, messages, pool, sign_in, threats
from cognito.setting import SettingsGroup

# In the order of the settings tab. A pool's domain has a place in it, too (cognito/pools/settings_summary.py).
POOL_GROUPS: tuple[SettingsGroup, ...] = (
    pool.SIGN_UP,
    sign_in.SIGN_IN,
    pool.PASSWORD,
    sign_in.MULTI_FACTOR,
    pool.ACCOUNT_RECOVERY,
    messages.MESSAGES,
    messages.TEXT_MESSAGES,
    messages.DEVICES,
    messages.FUNCTIONS,
    pool.DELETION_PROTECTION,
    pool.PLAN_AND_PROTECTION,
    threats.POOL_SESSIONS,
    threats.POOL_RISK,
    logs.LOGS,
)
CLIENT_GROUPS: tuple[SettingsGroup, ...] = (
    client.SIGN_IN,
    client.OAUTH,
    client.TOKENS,
    threats.CLIENT_SESSIONS,
    threats.CLIENT_RISK,
)
OTHER_GROUPS: tuple[SettingsGroup, ...] = (belonging.GROUP_SETTINGS, belonging.SERVER_SETTINGS)
POOL = (*pool.MEMBERS, *(each for group in POOL_GROUPS for each in group.entries if each.facet == "details"))
