// SPDX-License-Identifier: MPL-2.0
// The whole lifecycle of client secrets and JSON web keys, by Okta's own Node.js SDK.
// ORG_URL and API_TOKEN name the org. Anything unexpected ends in an exception, and so in a non-zero exit.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import okta from '@okta/okta-sdk-nodejs';

const client = new okta.Client({ orgUrl: process.env.ORG_URL, token: process.env.API_TOKEN });
const apps = client.applicationApi;
const credentials = client.applicationSSOPublicKeysApi;

// refused wants a call to fail with a status and an error code, for the reason given.
async function refused(call, status, errorCode, reason) {
  await assert.rejects(call, (error) => {
    const cause = error.errorCauses?.map((each) => each.errorSummary).join() ?? '';
    assert.equal(error.status, status);
    assert.equal(error.errorCode, errorCode);
    assert.match(`${error.errorSummary} ${cause}`, reason);
    return true;
  });
}

async function createApp(label, method, settings = {}) {
  return apps.createApplication({
    application: {
      name: 'oidc_client', signOnMode: 'OPENID_CONNECT', label,
      credentials: { oauthClient: { token_endpoint_auth_method: method } },
      settings: {
        oauthClient: {
          application_type: 'service', grant_types: ['client_credentials'], response_types: ['token'], ...settings,
        },
      },
    },
  });
}

async function deleteApp(appId) {
  await refused(() => apps.deleteApplication({ appId }), 403, 'E0000056', /./);
  await apps.deactivateApplication({ appId });
  await apps.deleteApplication({ appId });
  await refused(() => apps.getApplication({ appId }), 404, 'E0000007', /Not found/);
}

// all reads a collection to its end, page by page.
async function all(collection) {
  const items = [];
  await (await collection).each((item) => { items.push(item); });
  return items;
}

// publicKey is the public half of a new key pair, as a JWK.
function publicKey(type, options, members) {
  return { ...generateKeyPairSync(type, options).publicKey.export({ format: 'jwk' }), ...members };
}

async function secrets() {
  const { id: appId } = await createApp('secrets', 'client_secret_basic');
  const [first, ...others] = await all(credentials.listOAuth2ClientSecrets({ appId }));
  assert.equal(others.length, 0);
  assert.equal(first.status, 'ACTIVE');

  const secretId = (await credentials.createOAuth2ClientSecret({ appId })).id;
  const second = await credentials.getOAuth2ClientSecret({ appId, secretId });
  assert.equal(second.client_secret.length, 64);
  assert.equal((await all(credentials.listOAuth2ClientSecrets({ appId }))).length, 2);
  await refused(() => credentials.createOAuth2ClientSecret({ appId }), 400, 'E0000001', /maximum number of client secrets/);
  await refused(() => credentials.deleteOAuth2ClientSecret({ appId, secretId: first.id }), 400, 'E0000001', /active client secret/);

  assert.equal((await credentials.deactivateOAuth2ClientSecret({ appId, secretId: first.id })).status, 'INACTIVE');
  await refused(() => credentials.deactivateOAuth2ClientSecret({ appId, secretId }), 400, 'E0000001', /only active/);
  assert.equal((await credentials.activateOAuth2ClientSecret({ appId, secretId: first.id })).status, 'ACTIVE');
  await credentials.deactivateOAuth2ClientSecret({ appId, secretId: first.id });
  await credentials.deleteOAuth2ClientSecret({ appId, secretId: first.id });
  await refused(() => credentials.getOAuth2ClientSecret({ appId, secretId: first.id }), 404, 'E0000007', /OAuth2ClientSecretMediated/);

  const mine = { client_secret: 'a secret that I brought with me', status: 'INACTIVE' };
  const brought = await credentials.createOAuth2ClientSecret({ appId, oAuth2ClientSecretRequestBody: mine });
  assert.equal(brought.client_secret, mine.client_secret);
  assert.equal(brought.status, 'INACTIVE');
  await deleteApp(appId);
}

async function keys() {
  const rsa = publicKey('rsa', { modulusLength: 2048 }, { kid: 'rsa', use: 'sig', alg: 'RS256' });
  const ec = publicKey('ec', { namedCurve: 'P-256' }, { kid: 'ec', use: 'sig', alg: 'ES256' });
  const { id: appId } = await createApp('keys', 'private_key_jwt', { jwks: { keys: [rsa] } });

  const added = await credentials.addJwk({ appId, addJwkRequest: ec });
  assert.equal(added.status, 'ACTIVE');
  const listed = (await credentials.listJwk({ appId })).keys;
  assert.deepEqual(listed.map((key) => key.kid), ['rsa', 'ec']);
  const [old, current] = listed;
  assert.equal((await credentials.getJwk({ appId, keyId: current.id })).x, ec.x);
  await refused(() => credentials.addJwk({ appId, addJwkRequest: ec }), 400, 'E0000001', /unique/);
  const small = publicKey('rsa', { modulusLength: 1024 }, { kid: 'small' });
  await refused(() => credentials.addJwk({ appId, addJwkRequest: small }), 400, 'E0000001', /2,048/);

  await refused(() => credentials.deletejwk({ appId, keyId: old.id }), 400, 'E0000001', /active JSON Web Key/);
  assert.equal((await credentials.deactivateOAuth2ClientJsonWebKey({ appId, keyId: old.id })).status, 'INACTIVE');
  await refused(() => credentials.deactivateOAuth2ClientJsonWebKey({ appId, keyId: current.id }), 400, 'E0000001', /only active/);
  assert.equal((await credentials.activateOAuth2ClientJsonWebKey({ appId, keyId: old.id })).status, 'ACTIVE');
  await credentials.deactivateOAuth2ClientJsonWebKey({ appId, keyId: old.id });
  await credentials.deletejwk({ appId, keyId: old.id });
  await refused(() => credentials.getJwk({ appId, keyId: old.id }), 404, 'E0000007', /JsonWebKey/);
  await refused(() => credentials.createOAuth2ClientSecret({ appId }), 400, 'E0000001', /private_key_jwt/);

  const found = await all(apps.listApplications({ q: 'keys', limit: 1 }));
  assert.deepEqual(found.map((app) => app.label), ['keys']);
  await deleteApp(appId);
}

await secrets();
console.log('secrets: done');
await keys();
console.log('keys: done');
