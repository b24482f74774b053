"""Export and restore of user pools."""

from __future__ import annotations

from django.urls import path

from cognito.restoring import views

_POOLS = "aws/<str:account_id>/user-pools/"

urlpatterns = [
    path(f"{_POOLS}restore/", views.cognito_pool_restore_new, name="cognito_pool_restore_new"),
    path(f"{_POOLS}<str:aws_id>/export/", views.cognito_pool_export, name="cognito_pool_export"),
    path(f"{_POOLS}<str:aws_id>/restore/", views.cognito_pool_restore, name="cognito_pool_restore"),
]
