"""Tables of the reporting service: one per kind of item, and who may do what to each."""

TABLES = {
    "MarkersTable": ("videoms-markers", {"id": "S"}),
    "UserCountersTable": ("videoms-user-counters", {"id": "S"}),
    "AssetCountersTable": ("videoms-asset-counters", {"id": "S", "shard": "N"}),
    "RankingsTable": ("videoms-rankings", {"id": "S"}),
}
COUNTING = {
    ("dynamodb:PutItem", "MarkersTable"),
    ("dynamodb:UpdateItem", "UserCountersTable"),
    ("dynamodb:UpdateItem", "AssetCountersTable"),
}
USER_VIEWS = {("dynamodb:GetItem", "UserCountersTable")}
ASSET_VIEWS = {("dynamodb:Query", "AssetCountersTable")}
# A transaction needs the permissions of its items.
ALLOWED = {
    "CountViews": COUNTING | {("dynamodb:BatchGetItem", "MarkersTable")},
    "PostView": COUNTING | USER_VIEWS | ASSET_VIEWS,
    "GetUserViews": USER_VIEWS,
    "DeleteUserViews": {("dynamodb:PutItem", "MarkersTable"), ("dynamodb:DeleteItem", "UserCountersTable")},
    "GetAssetViews": ASSET_VIEWS,
    "GetViews": {("dynamodb:GetItem", "MarkersTable")} | USER_VIEWS | ASSET_VIEWS,
    "GetAssetDays": ASSET_VIEWS,
    "GetTopAssets": {("dynamodb:GetItem", "RankingsTable")},
    "RankAssets": {
        ("dynamodb:Scan", "AssetCountersTable"),
        ("dynamodb:UpdateItem", "AssetCountersTable"),
        ("dynamodb:PutItem", "RankingsTable"),
    },
}
VARIABLES = {
    "MARKERS_TABLE": "MarkersTable",
    "USER_COUNTERS_TABLE": "UserCountersTable",
    "ASSET_COUNTERS_TABLE": "AssetCountersTable",
    "RANKINGS_TABLE": "RankingsTable",
}


def test_each_table_has_the_name_and_the_key_that_the_code_uses(stack):
    for name, (physical, key) in TABLES.items():
        table = stack.of_type("AWS::DynamoDB::Table")[name]
        types = {found["AttributeName"]: found["AttributeType"] for found in table["AttributeDefinitions"]}
        assert table["TableName"] == physical
        assert {found["AttributeName"]: types[found["AttributeName"]] for found in table["KeySchema"]} == key, name


def test_only_markers_expire(stack):
    tables = stack.of_type("AWS::DynamoDB::Table")
    expiring = {
        name: table["TimeToLiveSpecification"] for name, table in tables.items() if "TimeToLiveSpecification" in table
    }
    assert expiring == {"MarkersTable": {"AttributeName": "expires", "Enabled": True}}


def test_each_function_may_do_to_the_tables_what_it_does_and_no_more(stack):
    names = {f"{table}.Arn": table for table in TABLES}
    allowed = {
        function: {(action, names[resource]) for action, resource in found if resource in names}
        for function, found in stack.allowed.items()
    }
    assert {function: found for function, found in allowed.items() if found} == ALLOWED


def test_each_function_knows_the_names_of_the_tables_that_it_may_use(stack):
    for function, allowed in ALLOWED.items():
        variables = stack.functions[f"{function}Function"]["Environment"]["Variables"]
        known = {variables[found]["Ref"] for found in VARIABLES if found in variables}
        assert known == {table for _, table in allowed}, function
        assert all(variables[found] == {"Ref": VARIABLES[found]} for found in VARIABLES if found in variables), function


def test_an_operators_programs_find_the_tables_of_views_among_the_outputs(stack):
    names = TABLES.keys() - {"RankingsTable"}
    assert {name: stack.outputs[f"{name}Name"]["Value"] for name in names} == {name: {"Ref": name} for name in names}
