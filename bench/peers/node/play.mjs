// POST /play/asset/{assetId}/user/{userId}, in Node.js: three concurrent invocations, then the queue.
import { randomUUID } from "node:crypto";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { reply, run } from "./runtime.mjs";

const lambda = new LambdaClient({});
const sqs = new SQSClient({});

async function invoke(FunctionName, pathParameters) {
  const event = { version: "2.0", pathParameters, requestContext: { http: { method: "GET" } } };
  const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }));
  return JSON.parse(JSON.parse(Buffer.from(answer.Payload).toString()).body);
}

await run(async (event) => {
  const { assetId, userId } = event.pathParameters;
  const [content, url, views] = await Promise.all([
    invoke(process.env.GET_CONTENT_FUNCTION, { assetId }),
    invoke(process.env.GET_URL_FUNCTION, { assetId }),
    invoke(process.env.GET_VIEWS_FUNCTION, { assetId, userId }),
  ]);
  const view = { version: 1, eventId: randomUUID(), assetId, userId, playedAt: new Date().toISOString() };
  await sqs.send(new SendMessageCommand({ QueueUrl: process.env.EVENTS_QUEUE_URL, MessageBody: JSON.stringify(view) }));
  return reply(200, { ...content, ...url, userviews: views.userviews + 1, assetviews: views.assetviews + 1 });
});
