// AWS's own client against our fake: what it takes of the fake is what the fake must give, and
// what one of the two clients wrapped the other unwraps.
//
// Reads ENDPOINT, REGION, KEY_ID, CONTEXT (JSON), BLOB (base64) and the usual AWS_ variables;
// prints one JSON object.
import { DecryptCommand, DescribeKeyCommand, EncryptCommand, KMSClient } from "@aws-sdk/client-kms";

const { ENDPOINT, REGION, KEY_ID, CONTEXT, BLOB } = process.env;
const credentials = {
  accessKeyId: process.env.AWS_ACCESS_KEY_ID,
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
  sessionToken: process.env.AWS_SESSION_TOKEN,
};
const client_of = (who) =>
  new KMSClient({ endpoint: ENDPOINT, region: REGION, credentials: who, maxAttempts: 1 });
const client = client_of(credentials);
const context = JSON.parse(CONTEXT);
const base64 = (bytes) => Buffer.from(bytes).toString("base64");

async function name_of_error(promise) {
  try {
    await promise;
    return "";
  } catch (error) {
    return error.name;
  }
}

const unwrapped = await client.send(
  new DecryptCommand({ KeyId: KEY_ID, CiphertextBlob: Buffer.from(BLOB, "base64"), EncryptionContext: context }));
const wrapped = await client.send(
  new EncryptCommand({ KeyId: KEY_ID, Plaintext: unwrapped.Plaintext, EncryptionContext: context }));
const described = await client.send(new DescribeKeyCommand({ KeyId: KEY_ID }));
const moved = name_of_error(client.send(
  new DecryptCommand({ KeyId: KEY_ID, CiphertextBlob: wrapped.CiphertextBlob, EncryptionContext: { coffer: "other" } })));
const absent = name_of_error(client.send(new DescribeKeyCommand({ KeyId: "no-such-key" })));
const stranger = client_of({ ...credentials, secretAccessKey: "another" });
const denied = name_of_error(stranger.send(new DescribeKeyCommand({ KeyId: KEY_ID })));

console.log(JSON.stringify({
  plaintext: base64(unwrapped.Plaintext),
  blob: base64(wrapped.CiphertextBlob),
  key_id: wrapped.KeyId,
  state: described.KeyMetadata.KeyState,
  moved: await moved,
  absent: await absent,
  denied: await denied,
}));
