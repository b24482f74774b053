"""Pages to try things out."""

from __future__ import annotations

from django.urls import path

from cognito.trying import views

_AWS_ACCOUNT = "aws/<str:account_id>/"

urlpatterns = [
    path(f"{_AWS_ACCOUNT}identity-pools/<str:aws_id>/try/", views.try_credentials, name="identity_pool_try"),
    path(f"{_AWS_ACCOUNT}user-pools/<str:aws_id>/try/", views.try_sign_in, name="try_sign_in"),
    path(f"{_AWS_ACCOUNT}user-pools/<str:aws_id>/try-sign-up/", views.try_sign_up, name="try_sign_up"),
]
