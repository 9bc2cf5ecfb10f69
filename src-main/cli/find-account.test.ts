import { expect, test } from 'vitest';
import type { FrameClient } from '../../src-preload/contract/client.ts';
import type { DeviceView, ServiceKind, ServiceView } from '../../src-preload/contract/device.ts';
import { findService } from './find-account.ts';

const nobody = {} as FrameClient;
const service = (id: string, kind: ServiceKind): ServiceView => ({
  id,
  kind,
  name: id,
  route: 'tunnel',
  custom: false,
});
const device = (more: Partial<DeviceView>): DeviceView => ({
  key: 'a/1',
  id: '1',
  name: 'gw',
  vendor: 'acme',
  accountId: 'a',
  groups: [],
  tags: [],
  presence: { state: 'online', observedAt: 0, source: 'vendor-list' },
  services: [service('ssh:22', 'ssh'), service('vnc:5900', 'vnc')],
  favourite: false,
  ...more,
});

test('a command that names no service opens what Connect opens', async () => {
  expect(await findService(nobody, device({ connectService: 'vnc:5900' }), undefined)).toMatchObject({
    value: { id: 'vnc:5900' },
  });
  expect(await findService(nobody, device({ services: [] }), undefined)).toMatchObject({
    error: { kind: 'not-found', message: 'gw has no service.' },
  });
});
