"""Functions with their layers, images, APIs and VPC endpoints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from resources.table.entry import (
    Asker,
    AwsPlace,
    GetCall,
    InTheList,
    Listed,
    Listing,
    Need,
    NotAsked,
    OnlyOne,
    Part,
    ResourceKind,
    of_arn,
    policy,
)
from sync.aws.errors import NotFound
from sync.aws.permission import NOBODY

_OWN_PRINCIPALS = "Only principals of its own AWS account get to it, as their own policies say."
_NO_SUCH = frozenset({"ResourceNotFoundException"})


# ---- Lambda functions ----------------------------------------------------------------------------------------
def _function(item: Mapping[str, Any], place: AwsPlace) -> Listed:
    return Listed(item["FunctionArn"], item["FunctionName"], place.region, {"role": item.get("Role")})


def _function_again(ask: Asker, arn: str, name: str) -> Listed | None:
    answer = ask("GetFunctionConfiguration", FunctionName=arn)
    return _function(answer, ask.place) if answer else None


def _function_policies(ask: Asker, listed: Listed) -> dict[str, str]:
    """Its own, and those of its aliases, by the ARNs on which they stand.

    AWS says of a function that is gone what it says of one without a policy; the list of its aliases knows better.
    """
    aliases = [each["Name"] for each in ask.every("ListAliases", "Aliases", FunctionName=listed.name)]
    found = {listed.arn: ask("GetPolicy", none=_NO_SUCH, FunctionName=listed.name)}
    for alias in aliases:
        asked = {"FunctionName": listed.name, "Qualifier": alias}
        found[f"{listed.arn}:{alias}"] = ask("GetPolicy", none=_NO_SUCH, **asked)
    return {arn: answer["Policy"] for arn, answer in found.items() if answer}


def _urls(ask: Asker, listed: Listed) -> list[dict[str, Any]]:
    """Who may call each by its address: AWS_IAM asks for a signature, NONE for nothing."""
    found = ask.every("ListFunctionUrlConfigs", "FunctionUrlConfigs", FunctionName=listed.name)
    urls = [{"arn": each["FunctionArn"], "url": each["FunctionUrl"], "auth": each["AuthType"]} for each in found]
    return sorted(urls, key=lambda url: str(url["arn"]))


_NOBODYS_FUNCTION = {"FunctionName": NOBODY}

FUNCTION = ResourceKind(
    kind="lambda.function",
    service="lambda",
    client="lambda",
    word="Lambda function",
    lists=Listing("ListFunctions", "Functions", _function),
    needs=(Need("lambda:ListFunctions", {"MaxItems": 1}), Need("lambda:GetFunctionConfiguration", _NOBODYS_FUNCTION)),
    find=_function_again,
    parts=(
        policy(
            "Policy of the function",
            _function_policies,
            Need("lambda:GetPolicy", _NOBODYS_FUNCTION),
            Need("lambda:ListAliases", _NOBODYS_FUNCTION),
        ),
        Part("urls", "Function URLs", _urls, (Need("lambda:ListFunctionUrlConfigs", _NOBODYS_FUNCTION),)),
    ),
    documentation="https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
    none_means=_OWN_PRINCIPALS,
    peculiar="An alias has a policy of its own. Policies of versions that no alias names aren’t read.",
)


# ---- Lambda layers -------------------------------------------------------------------------------------------
def _layer(item: Mapping[str, Any], place: AwsPlace) -> Listed:
    return Listed(item["LayerArn"], item["LayerName"], place.region)


def _layer_policies(ask: Asker, listed: Listed) -> dict[str, str]:
    """Each version has its own. Raises NotAsked for a layer of too many, and NotFound for one without any."""
    versions = ask.every("ListLayerVersions", "LayerVersions", LayerName=listed.name)
    if not versions:
        raise NotFound(f"The layer {listed.name} has no version any more.", operation="lambda:ListLayerVersions")
    if len(versions) > _MOST_VERSIONS:
        raise NotAsked(f"It has {len(versions)} versions, each with a policy of its own: that is too much to ask for.")
    found = {}
    for version in versions:
        asked = {"LayerName": listed.name, "VersionNumber": version["Version"]}
        found[version["LayerVersionArn"]] = ask("GetLayerVersionPolicy", none=_NO_SUCH, **asked)
    return {arn: answer["Policy"] for arn, answer in found.items() if answer}


_MOST_VERSIONS = 100
_NOBODYS_LAYER = {"LayerName": NOBODY}

LAYER = ResourceKind(
    kind="lambda.layer",
    service="lambda",
    client="lambda",
    word="Lambda layer",
    lists=Listing("ListLayers", "Layers", _layer),
    needs=(Need("lambda:ListLayers", {"MaxItems": 1}),),
    find=of_arn(":layer:"),
    parts=(
        policy(
            "Policy of the layer",
            _layer_policies,
            Need("lambda:GetLayerVersionPolicy", {**_NOBODYS_LAYER, "VersionNumber": 1}),
            Need("lambda:ListLayerVersions", _NOBODYS_LAYER),
        ),
    ),
    documentation="https://docs.aws.amazon.com/lambda/latest/dg/permissions-layer-cross-account.html",
    none_means="Only functions of its own AWS account may use it.",
    peculiar="Each version has a policy of its own.",
)


# ---- ECR -----------------------------------------------------------------------------------------------------
def _repository(item: Mapping[str, Any], place: AwsPlace) -> Listed:
    return Listed(item["repositoryArn"], item["repositoryName"], place.region)


REPOSITORY = ResourceKind(
    kind="ecr.repository",
    service="ecr",
    client="ecr",
    word="ECR repository",
    plural="ECR repositories",
    lists=Listing("DescribeRepositories", "repositories", _repository),
    needs=(Need("ecr:DescribeRepositories", {"maxResults": 1}),),
    find=of_arn(":repository/"),
    parts=(
        policy(
            "Policy of the repository",
            GetCall(
                "GetRepositoryPolicy",
                {"repositoryName": "{name}"},
                ("policyText",),
                none=frozenset({"RepositoryPolicyNotFoundException"}),
            ),
            Need("ecr:GetRepositoryPolicy", {"repositoryName": NOBODY}),
        ),
    ),
    documentation="https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html",
    none_means=_OWN_PRINCIPALS,
    peculiar="Its statements name no resource: they are about the repository on which they stand.",
    lint_leaves_out=frozenset({"MISSING_RESOURCE"}),
)


def _registry(place: AwsPlace) -> Listed:
    return Listed("", "ECR registry", place.region, known_as=f"ecr:{place.region}:{place.account_id}:registry")


REGISTRY = ResourceKind(
    kind="ecr.registry",
    service="ecr",
    client="ecr",
    word="ECR registry",
    plural="ECR registries",
    lists=OnlyOne(_registry),
    needs=(),
    find=lambda ask, arn, name: _registry(ask.place),
    parts=(
        policy(
            "Policy of the registry",
            GetCall("GetRegistryPolicy", {}, ("policyText",), none=frozenset({"RegistryPolicyNotFoundException"})),
            Need("ecr:GetRegistryPolicy"),
        ),
    ),
    documentation="https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html",
    none_means="No other AWS account may replicate images into it, or pull through it.",
    peculiar="One in each Region, for replication and pulling through.",
)


# ---- API Gateway ---------------------------------------------------------------------------------------------
def _api(item: Mapping[str, Any], place: AwsPlace) -> Listed:
    """Its ARN is the one that policies name when it is called."""
    endpoints = item.get("endpointConfiguration") or {}
    return Listed(
        place.arn("execute-api", item["id"]),
        item.get("name") or item["id"],
        place.region,
        {
            "endpoint_types": sorted(endpoints.get("types") or ()),
            "vpc_endpoints": sorted(endpoints.get("vpcEndpointIds") or ()),
        },
        told={"policy": unescaped(item.get("policy") or "")},
    )


def unescaped(text: str) -> str:
    """AWS gives the policy of an API with its quotes escaped: {\\"Version\\": …}."""
    if not text.startswith('{\\"'):
        return text
    found: str = json.loads(f'"{text}"')
    return found


def _api_again(ask: Asker, arn: str, name: str) -> Listed | None:
    answer = ask("GetRestApi", restApiId=arn.rpartition(":")[2])
    return _api(answer, ask.place) if answer else None


REST_API = ResourceKind(
    kind="apigateway.rest_api",
    service="apigateway",
    client="apigateway",
    word="REST API",
    lists=Listing("GetRestApis", "items", _api),
    needs=(Need("apigateway:GET", {"limit": 1}, "apigateway:GetRestApis"),),
    find=_api_again,
    parts=(policy("Resource policy", InTheList("policy")),),
    documentation="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html",
    none_means="Its methods alone say who may call them: without an authorizer, everybody who reaches it.",
    peculiar="Its policy stands in the list. A change of it counts after the next deployment only.",
    # "Access policy language overview" in the API Gateway Developer Guide: execute-api:/stage/method/path.
    lint_leaves_out=frozenset({"INVALID_ARN_PREFIX", "ACTION_FITS_NO_RESOURCE"}),
)


# ---- VPC endpoints -------------------------------------------------------------------------------------------
def _endpoint(item: Mapping[str, Any], place: AwsPlace) -> Listed | None:
    if str(item.get("State", "")).casefold() in ("deleted", "deleting"):
        return None
    endpoint_id = item["VpcEndpointId"]
    tags = {tag["Key"]: tag["Value"] for tag in item.get("Tags") or ()}
    return Listed(
        place.arn("ec2", f"vpc-endpoint/{endpoint_id}"),
        tags.get("Name") or endpoint_id,
        place.region,
        {"for": item.get("ServiceName"), "type": item.get("VpcEndpointType"), "vpc": item.get("VpcId")},
        told={"policy": item.get("PolicyDocument")},
    )


def _endpoint_again(ask: Asker, arn: str, name: str) -> Listed | None:
    found = ask.every("DescribeVpcEndpoints", "VpcEndpoints", VpcEndpointIds=[arn.rpartition("/")[2]])
    return next((each for item in found if (each := _endpoint(item, ask.place))), None)


VPC_ENDPOINT = ResourceKind(
    kind="ec2.vpc_endpoint",
    service="vpc-endpoints",
    client="ec2",
    word="VPC endpoint",
    lists=Listing("DescribeVpcEndpoints", "VpcEndpoints", _endpoint),
    needs=(Need("ec2:DescribeVpcEndpoints", {"MaxResults": 5}),),
    find=_endpoint_again,
    parts=(policy("Endpoint policy", InTheList("policy")),),
    documentation="https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
    none_means="It has no policy of its own, and limits nothing.",
    peculiar="Its policy stands in the list. It gives nothing to anybody: it limits what goes through it.",
    lint_leaves_out=frozenset({"PUBLIC_PRINCIPAL", "FOREIGN_PRINCIPAL", "MISSING_VERSION"}),
)

KINDS = (FUNCTION, LAYER, REPOSITORY, REGISTRY, REST_API, VPC_ENDPOINT)
