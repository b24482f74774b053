"""Values that several settings of a pool have, in words."""

from __future__ import annotations

from cognito.setting import SettingValue, ValueFinding

FIXED_AT_BIRTH = "Fixed when the pool was made."
ADDRESSES = (SettingValue("email", "E-mail address"), SettingValue("phone_number", "Phone number"))
FIRST_FACTORS = (
    SettingValue("PASSWORD", "Password"),
    SettingValue("EMAIL_OTP", "A code by e-mail"),
    SettingValue("SMS_OTP", "A code by text message"),
    SettingValue("WEB_AUTHN", "A passkey"),
)
REQUIRED_KINDS = (
    ("RequireUppercase", "An upper-case letter"),
    ("RequireLowercase", "A lower-case letter"),
    ("RequireNumbers", "A digit"),
    ("RequireSymbols", "A symbol"),
)
MFA_MODES = (
    SettingValue(
        "OFF",
        "Off",
        means="A stolen password is enough.",
        finding=ValueFinding(
            "NO_MFA",
            "medium",
            "No second factor",
            "A stolen password is enough to sign in. An authenticator app costs nothing.",
            "mfa",
            (("mode", "OPTIONAL"), ("app", "on")),
            severity_with_access="high",
        ),
    ),
    SettingValue("OPTIONAL", "For those who set it up", means="Who didn’t set it up signs in with the password."),
    SettingValue("ON", "Required of everybody"),
)
RECOVERY = (
    SettingValue("verified_email", "By e-mail, to a verified address"),
    SettingValue("verified_phone_number", "By text message, to a verified number"),
    SettingValue("admin_only", "By administrators only"),
)
EXTERNAL_ID = ("External id of that role", "As its trust policy asks for it.")
