import { describe, expect, it } from 'vitest';
import { isSecretName, withoutSecretParameters } from './secret-names.ts';

describe('a name', () => {
  it.each([
    'token',
    'auth_token',
    'uploadToken',
    'rxp.password',
    'Wifi-Passphrase',
    'apiKey',
    'X-Api-Key',
    'service_authhash',
    'secondary_auth',
    'sessionKey',
    'signature',
    'clientSecret',
  ])('%s is of a secret', (name) => expect(isSecretName(name)).toBe(true));

  it.each(['key', 'keyName', 'value', 'sessionId', 'url', 'statuses', 'projectKeyName', 'uploadId', 'author', 'pass'])(
    '%s is not',
    (name) => expect(isSecretName(name)).toBe(false),
  );
});

describe('an address', () => {
  it.each([
    // Amazon S3, Google Cloud Storage, Azure.
    ['https://b.s3.amazonaws.com/a.log?X-Amz-Date=1&X-Amz-Signature=5f2a', 'X-Amz-Signature=*'],
    ['https://storage.googleapis.com/b/a?GoogleAccessId=x&Signature=Ab%2F', '&Signature=*'],
    ['https://x.blob.core.windows.net/a?sv=2024&sig=Zm9v%3D', '&sig=*'],
    ['wss://x.test/y?authToken=abc#z', 'authToken=*#z'],
  ])('that is signed shows where it leads and no more: %s', (url, shown) => {
    const safe = withoutSecretParameters(url, '*');
    expect(safe.startsWith(url.slice(0, url.indexOf('?')))).toBe(true);
    expect(safe.endsWith(shown)).toBe(true);
  });

  it('that is not stays as it is', () => {
    const url = 'https://x.test/a?page=2&design=blue#signature=1';
    expect(withoutSecretParameters(url, '*')).toBe(url);
  });
});
