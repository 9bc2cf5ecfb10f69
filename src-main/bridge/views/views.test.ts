import { describe, expect, it } from 'vitest';
import { vendors } from '../../vendors/registry.ts';
import { operationOutput } from './views.ts';

/** What vendors are published to answer, as the window and the command line get it. */
const shown = (vendor: string, id: string, answer: unknown): unknown => {
  const operation = vendors.find((each) => each.id === vendor)?.operations.find((each) => each.id === id);
  if (operation === undefined) throw new Error(`no operation ${vendor} ${id}`);
  return operationOutput(answer, operation.secretFields);
};

describe('the answer of an operation', () => {
  // remote.it documentation, "Login".
  it('has no key of remote.it’s login in it, the hash that signs a device in included', () => {
    const answer = {
      status: 'true',
      token: 'a1327b84435481d9048504f0e924f431',
      email: 'someuser@remote.it',
      service_authhash: 'E1F1772EA75D04755B8BBD236C470550E7A9FB33',
    };
    expect(shown('remoteit', 'user/login', answer)).toEqual({
      ...answer,
      token: '[secret]',
      service_authhash: '[secret]',
    });
  });

  // The Device Log Request object of https://dev.tinkermode.com/platform/api/device-logger.
  it.each(['requestLogs', 'listLogRequests', 'getLogRequest'])(
    'of MODE’s %s has neither the upload token nor the signed address in it',
    (id) => {
      const row = {
        id: 'lr1',
        deviceId: 34256,
        status: 'success',
        token: 'upload-as-the-device',
        filename: 'syslog.gz',
        url: 'https://bucket.example.com/syslog.gz?X-Amz-Signature=lets-anybody-in',
      };
      expect(shown('mode', id, [row])).toEqual([{ ...row, token: '[secret]', url: '[secret]' }]);
    },
  );

  it('has no secret in it that no document names', () => {
    const answer = { uid: 'x', nested: [{ accessToken: 'abc', hasPassword: true, secret: null, key: 'happy' }] };
    expect(shown('reemo', 'reserveComputer', answer)).toEqual({
      uid: 'x',
      nested: [{ accessToken: '[secret]', hasPassword: true, secret: null, key: 'happy' }],
    });
    expect(shown('remotix', 'createConnection', { uid: '1', link: 'https://x.test/?token=abc&n=1' })).toEqual({
      uid: '1',
      link: 'https://x.test/?token=[secret]&n=1',
    });
  });
});
