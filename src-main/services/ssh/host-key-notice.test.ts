import { expect, test } from 'vitest';
import { hostKeyNotice } from './host-key-notice.ts';
import type { SeenHostKey } from './host-keys.ts';

const device = (id: string, name: string) => ({
  vendor: 'remoteiot' as const,
  accountId: 'demo-fleet',
  id,
  key: `demo-fleet/${id}`,
  name,
});
const fleet = [device('4', 'plant1-gw-04'), device('3', 'plant1-gw-03'), device('2', 'plant1-gw-02')];
const seen = (part: Partial<SeenHostKey>): SeenHostKey => ({
  alias: 'remoteiot.demo-fleet.4',
  type: 'ssh-ed25519',
  fingerprint: 'SHA256:abc',
  verdict: 'shared',
  sharedWith: ['remoteiot.demo-fleet.2.2222'],
  warning: 'The same SSH host key is on another device.',
  ...part,
});

test('devices with one key are told by their names, once for all of them', () => {
  const notice = hostKeyNotice(seen({}), fleet);
  expect(notice).toMatchObject({
    text: 'plant1-gw-02 and plant1-gw-04 have the same SSH host key: they were cloned from one image, and each can pass for the other.',
    devices: [
      { key: 'demo-fleet/2', name: 'plant1-gw-02' },
      { key: 'demo-fleet/4', name: 'plant1-gw-04' },
    ],
  });
  const other = hostKeyNotice(seen({ alias: 'remoteiot.demo-fleet.2', sharedWith: ['remoteiot.demo-fleet.4'] }), fleet);
  expect(other?.id).toBe(notice?.id);
});

test('many devices with one key are counted, and one that is gone has no alias to show either', () => {
  const many = Array.from({ length: 9 }, (_, index) => device(`m${index}`, `cam-${index}`));
  const notice = hostKeyNotice(
    seen({ alias: 'remoteiot.demo-fleet.m0', sharedWith: many.slice(1).map(({ id }) => `remoteiot.demo-fleet.${id}`) }),
    many,
  );
  expect(notice?.text).toContain('cam-0, cam-1, cam-2, cam-3 and 5 other devices have the same SSH host key');
  const gone = hostKeyNotice(seen({ verdict: 'changed', sharedWith: [], warning: 'The key changed.' }), []);
  expect(gone?.text).toBe('A device that is gone: The key changed.');
});

test('a key that is as before is no news', () => {
  const { warning: _warning, ...same } = seen({ verdict: 'same', sharedWith: [] });
  expect(hostKeyNotice(same, fleet)).toBeUndefined();
});
