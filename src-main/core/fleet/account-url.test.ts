import { describe, expect, it } from 'vitest';
import { normaliseBaseUrl } from './account-url.ts';

describe('normaliseBaseUrl', () => {
  it.each([
    ['https://remoteiot.com/portal/api', 'https://remoteiot.com/portal/api'],
    ['  https://Example.COM:443/api///  ', 'https://example.com/api'],
    ['https://example.com', 'https://example.com'],
    ['https://example.com:8443/', 'https://example.com:8443'],
    ['HTTPS://example.com/A', 'https://example.com/A'],
    ['http://localhost:8080/portal/api', 'http://localhost:8080/portal/api'],
    ['http://127.0.0.1:1', 'http://127.0.0.1:1'],
    ['http://127.255.0.9/x', 'http://127.255.0.9/x'],
    ['http://127.1', 'http://127.0.0.1'],
    ['http://[::1]:99/', 'http://[::1]:99'],
    ['https://example.com/a@b', 'https://example.com/a@b'],
  ])('takes %s', (text, url) => {
    expect(normaliseBaseUrl(text)).toEqual({ ok: true, value: url });
  });

  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['example.com/api', 'https://'],
    ['localhost:8080', 'https://'],
    ['ftp://example.com', 'https://'],
    ['file:///etc/passwd', 'https://'],
    ['javascript:alert(1)', 'https://'],
    ['https://', 'https://'],
    ['https://exa mple.com', 'space'],
    ['https://example.com\\@evil.example', 'backslash'],
    ['https://exam\tple.com', 'space'],
    ['http://example.com', 'plain HTTP'],
    ['http://localhost.example.com', 'plain HTTP'],
    ['http://127.0.0.1.example.com', 'plain HTTP'],
    ['http://128.0.0.1', 'plain HTTP'],
    ['http://[::2]', 'plain HTTP'],
    ['http://0.0.0.0', 'plain HTTP'],
    ['https://user:secret@example.com', 'user name'],
    ['https://user@example.com', 'user name'],
    ['https://@example.com', 'user name'],
    ['https://example.com/?key=1', 'query'],
    ['https://example.com/?', 'query'],
    ['https://example.com/#top', 'fragment'],
  ])('refuses %s', (text, word) => {
    const result = normaliseBaseUrl(text);
    expect(result).toMatchObject({ ok: false, error: { kind: 'invalid-input' } });
    if (result.ok) return;
    expect(`${result.error.message} ${result.error.hint}`).toContain(word);
    expect(`${result.error.message} ${result.error.hint}`).not.toContain('secret@');
  });
});
