import { describe, expect, test } from 'vitest';
import { createRedactor, redactSecrets } from './redact.ts';

describe('secrets that are known', () => {
  const secret = 'a/b+c d"e\\ü=1';
  const forms = {
    plain: secret,
    url: encodeURIComponent(secret),
    form: new URLSearchParams({ x: secret }).toString().slice(2),
    json: JSON.stringify(secret),
    hex: Buffer.from(secret).toString('hex'),
    base64: Buffer.from(secret).toString('base64'),
    'inside base64, first offset': Buffer.from(`u:${secret}@x`).toString('base64'),
    'inside base64, second offset': Buffer.from(`x${secret}@`).toString('base64url'),
    'inside base64, third offset': Buffer.from(`user:${secret}`).toString('base64'),
  };

  test.each(Object.entries(forms))('are blotted out: %s', (_name, form) => {
    const clean = redactSecrets(`before ${form} after`, [secret]);
    expect(clean).toContain('[redacted]');
    expect(clean).toMatch(/^before .* after$/);
    // What is left is what stood around the secret, and the odd bits of its first and last byte.
    const left = clean.replaceAll(/before|after|\[redacted\]/g, '').trim();
    expect(left.length).toBeLessThanOrEqual(10);
  });

  test('are blotted out while registered, as often as they were registered', () => {
    const redactor = createRedactor();
    const [first, second] = [redactor.register('hunter2!'), redactor.register('hunter2!')];
    redactor.register('tiny');
    first();
    first();
    expect(redactor.text('hunter2! and tiny')).toBe('[redacted] and tiny');
    second();
    expect(redactor.text('hunter2!')).toBe('hunter2!');
  });

  test.each([
    ['base64url', 'Pj4-Pz8_'],
    ['base64', 'Pj4+Pz8/'],
  ])('are blotted out as %s, all of it', (_name, form) => {
    const redactor = createRedactor();
    redactor.register('>>>???');
    expect(redactSecrets(`x ${form} y`, ['>>>???'])).toBe('x [redacted] y');
    expect(redactor.text(`x ${form} y`)).toBe('x [redacted] y');
  });

  test.each([
    ['the shorter first', ['correct-horse', 'correct-horse-battery-staple']],
    ['the longer first', ['correct-horse-battery-staple', 'correct-horse']],
  ])('leave nothing of the longer one where one holds the other: %s', (_order, secrets) => {
    const redactor = createRedactor();
    for (const secret of secrets) redactor.register(secret);
    expect(redactor.text('got correct-horse-battery-staple')).toBe('got [redacted]');
    expect(redactSecrets('got correct-horse-battery-staple', secrets)).toBe('got [redacted]');
  });

  test('every line of a key is a secret of its own', () => {
    const redactor = createRedactor();
    redactor.register('first line of the key\nsecond line of the key');
    expect(redactor.text('got: second line of the key')).toBe('got: [redacted]');
  });
});

describe('what looks like a secret', () => {
  test.each([
    ['Authorization: Bearer abc123def', 'abc123def'],
    ['ModeCloud v1.dGVzdA==', 'v1.dGVzdA'],
    ['Basic dXNlcjpwYXNz1Q==', 'dXNlcjpwYXNz'],
    ['key sk_live_51abcdef failed', 'sk_live_51abcdef'],
    ['eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl', 'eyJzdWIiOi'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----', 'AAAA'],
    ['-----BEGIN PRIVATE KEY-----\nAAAA cut off', 'AAAA'],
    ['https://user:pass@host/x', 'pass'],
    ['/login?access_token=abc&x=1', 'abc'],
    ['Signature keyId="K",signature="zzz"', 'zzz'],
  ])('is blotted out of %j', (text, hidden) => {
    expect(createRedactor().text(text)).not.toContain(hidden);
  });

  test.each([
    'Basic information is missing',
    'A Bearer token is required',
    'token expired',
    'https://host/path?device=1',
  ])('leaves words alone: %s', (text) => {
    expect(createRedactor().text(text)).toBe(text);
  });
});

test('values: secret fields by name, however deep; errors, cycles and bytes are told in short', () => {
  const redactor = createRedactor();
  redactor.register('registered');
  const cycle: Record<string, unknown> = { name: 'x' };
  cycle['self'] = cycle;
  const clean = redactor.value({
    'X-Api-Key': 'k',
    list: [{ passphrase: 'p', ok: 1 }],
    secrets: { token: 't' },
    hasToken: true,
    error: new Error('with registered', { cause: 'registered' }),
    bytes: new Uint8Array(3),
    when: new Date(0),
    map: new Map([['password', 'p']]),
    registered: 1,
    cycle,
  });
  expect(clean).toMatchObject({
    'X-Api-Key': '[redacted]',
    list: [{ passphrase: '[redacted]', ok: 1 }],
    secrets: '[redacted]',
    hasToken: true,
    error: { name: 'Error', message: 'with [redacted]', cause: '[redacted]' },
    bytes: '[3 bytes]',
    when: '1970-01-01T00:00:00.000Z',
    map: { password: '[redacted]' },
    '[redacted]': 1,
  });
  expect(JSON.stringify(clean)).not.toContain('registered"');
});

test('values: what is missing or cannot be written as JSON does not stop the rest from being told', () => {
  const redactor = createRedactor();
  const logged = { list: [null, undefined, true, 'x'], none: null, big: 7n, odd: Number.NaN, call: () => undefined };
  expect(redactor.value(logged)).toEqual({
    list: [null, undefined, true, 'x'],
    none: null,
    big: '7',
    odd: 'NaN',
    call: '[function]',
  });
  expect(redactor.value(null)).toBeNull();
});

// A regular expression that backtracks would not end within the time a test has.
test('no text makes it crawl', () => {
  const redactor = createRedactor();
  for (const part of [
    'x',
    'eyJ-',
    'a:',
    'a://b:',
    '&token',
    'Bearer ',
    '-----BEGIN PRIVATE KEY-----',
    'sk_',
    ' Basic 1',
  ]) {
    expect(redactor.text(part.repeat(1_000_000 / part.length)).length).toBeLessThan(200_000);
  }
});
