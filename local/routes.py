"""Creates the HTTP API's routes and CORS settings in ministack from the OpenAPI document that SAM generates.

CloudFormation on AWS imports that document (`Body` of AWS::ApiGatewayV2::Api). ministack 1.5 ignores it and leaves the
API without a route. This file goes once ministack imports the document itself.
"""

import re

import boto3

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "x-amazon-apigateway-any-method")


def create(stack_name: str) -> None:
    """Gives every HTTP API of the stack the routes of its document in place of any earlier ones."""
    cloudformation = boto3.client("cloudformation")
    template = cloudformation.get_template(StackName=stack_name, TemplateStage="Processed")["TemplateBody"]
    resources = cloudformation.describe_stack_resources(StackName=stack_name)["StackResources"]
    parameters = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0].get("Parameters", [])
    values = {item["LogicalResourceId"]: item["PhysicalResourceId"] for item in resources}
    values |= {item["ParameterKey"]: item["ParameterValue"] for item in parameters}
    values |= {name: _holds(rule, values) for name, rule in template.get("Conditions", {}).items()}
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::ApiGatewayV2::Api":
            _create_for(values[name], _resolved(resource["Properties"]["Body"], values))


def _holds(rule, values: dict) -> bool:
    """True if a condition of the template holds."""
    ((function, operands),) = rule.items()
    if function == "Fn::Not":
        return not _holds(operands[0], values)
    if function == "Fn::Equals":
        left, right = (_resolved(operand, values) for operand in operands)
        return left == right
    raise ValueError(f"conditions with {function} are not supported here")


def _create_for(api_id: str, document: dict) -> None:
    gateway = boto3.client("apigatewayv2")
    gateway.update_api(ApiId=api_id, CorsConfiguration=_cors(document))
    stale = gateway.get_routes(ApiId=api_id)["Items"], gateway.get_integrations(ApiId=api_id)["Items"]
    for route in stale[0]:
        gateway.delete_route(ApiId=api_id, RouteId=route["RouteId"])
    for integration in stale[1]:
        gateway.delete_integration(ApiId=api_id, IntegrationId=integration["IntegrationId"])
    authorizers = _create_authorizers(gateway, api_id, document["components"]["securitySchemes"])
    for path, operations in document["paths"].items():
        for method in operations.keys() & set(METHODS):
            _create_route(gateway, api_id, f"{_verb(method)} {path}", operations[method], authorizers)


def _create_authorizers(gateway, api_id: str, schemes: dict) -> dict[str, dict]:
    """The authorization settings of a route, by the name of the security scheme that it asks for."""
    for stale in gateway.get_authorizers(ApiId=api_id)["Items"]:
        gateway.delete_authorizer(ApiId=api_id, AuthorizerId=stale["AuthorizerId"])
    authorizers = {name: {"AuthorizationType": name} for name in ("NONE", "AWS_IAM")}
    for name, scheme in schemes.items():
        if wanted := scheme.get("x-amazon-apigateway-authorizer"):
            made = gateway.create_authorizer(
                ApiId=api_id,
                Name=name,
                AuthorizerType=wanted["type"].upper(),
                IdentitySource=[wanted["identitySource"]],
                JwtConfiguration={key.capitalize(): value for key, value in wanted["jwtConfiguration"].items()},
            )
            authorizers[name] = {"AuthorizationType": "JWT", "AuthorizerId": made["AuthorizerId"]}
    return authorizers


def _create_route(gateway, api_id: str, key: str, operation: dict, authorizers: dict[str, dict]) -> None:
    wanted = operation["x-amazon-apigateway-integration"]
    integration = gateway.create_integration(
        ApiId=api_id,
        IntegrationType=wanted["type"].upper(),
        IntegrationMethod=wanted["httpMethod"],
        IntegrationUri=wanted["uri"],
        PayloadFormatVersion=wanted["payloadFormatVersion"],
    )
    # SAM writes NONE for an open route.
    scheme, scopes = next((found for need in operation.get("security", []) for found in need.items()), ("NONE", []))
    gateway.create_route(
        ApiId=api_id,
        RouteKey=key,
        Target=f"integrations/{integration['IntegrationId']}",
        AuthorizationScopes=scopes,
        **authorizers[scheme],
    )


def _cors(document: dict) -> dict:
    settings = document.get("x-amazon-apigateway-cors", {})
    return {name[0].upper() + name[1:]: value for name, value in settings.items()}


def _verb(method: str) -> str:
    return "ANY" if method.startswith("x-") else method.upper()


def _resolved(node, values: dict[str, str]):
    """The document with CloudFormation's functions evaluated. A function's ARN becomes its name."""
    if isinstance(node, list):
        return [_resolved(item, values) for item in node]
    if not isinstance(node, dict):
        return node
    if node.keys() == {"Ref"}:
        return values.get(node["Ref"], node["Ref"])
    if node.keys() == {"Fn::If"}:
        condition, then, otherwise = node["Fn::If"]
        return _resolved(then if values[condition] else otherwise, values)
    if node.keys() == {"Fn::Sub"}:
        return re.sub(r"\$\{(\w+)(?:\.Arn)?\}", lambda match: values.get(match[1], match[0]), node["Fn::Sub"])
    resolved = {key: _resolved(value, values) for key, value in node.items()}
    return {key: value for key, value in resolved.items() if value != "AWS::NoValue"}
