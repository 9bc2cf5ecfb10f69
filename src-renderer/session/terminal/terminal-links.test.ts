import { expect, it } from 'vitest';
import { openableAddress } from './terminal-links.ts';

it('only web pages are opened, and their address is shown as it is', () => {
  expect(openableAddress('https://example.com/a?b=c#d')).toBe('https://example.com/a?b=c#d');
  expect(openableAddress('HTTP://Example.COM')).toBe('http://example.com/');
  expect(openableAddress('http://192.0.2.7:8080/')).toBe('http://192.0.2.7:8080/');
  // Letters that look like others are shown as what they are.
  expect(openableAddress('https://exаmple.com/')).toBe('https://xn--exmple-4nf.com/');
  for (const bad of [
    'javascript:alert(1)',
    'file:///etc/passwd',
    'data:text/html,x',
    'ssh://host',
    'quayside://open/device',
    'vscode://file/x',
    'https://example.com@evil.test/',
    'https://user:word@host/',
    'http://',
    'not an address',
    '',
  ])
    expect(openableAddress(bad), bad).toBeUndefined();
});
