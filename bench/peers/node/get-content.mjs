// GET /content/asset/{assetId}, in Node.js.
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { reply, run } from "./runtime.mjs";

const dynamodb = new DynamoDBClient({});

await run(async (event) => {
  const Key = { id: { S: event.pathParameters.assetId } };
  const found = await dynamodb.send(new GetItemCommand({ TableName: process.env.METADATA_TABLE, Key }));
  if (!found.Item) return reply(404, { status: "Asset not found" });
  return reply(200, Object.fromEntries(Object.entries(found.Item).map(([name, value]) => [name, value.S])));
});
