"""The page of an action about an AWS account: those about objects stand with the pages of their kinds."""

from __future__ import annotations

from django.urls import path

from objects.views.object_action import account_action

urlpatterns = [path("aws/<str:account_id>/do/<str:action>/", account_action, name="account_action")]
