import { writeFile } from 'node:fs/promises';
import { makeAuthority, startCompanyProxy, startTls } from '../support/company-network.ts';
import { remoteItSecrets, startRemoteIt } from '../support/remoteit-account.ts';
import { expect, test } from './desktop-stage.ts';

/** The desktop application in the network of a company, whose proxy stands in the system's settings. */

test('the system’s proxy is gone through, and one that cannot be used is named @linux', async ({
  start,
  stage,
}, info) => {
  const [near, far] = ['api.vendor.example', 'other.vendor.example'];
  const made = makeAuthority(near, far);
  const vendor = await startRemoteIt();
  const tls = await startTls(made, new URL(vendor.baseUrl));
  const proxy = await startCompanyProxy();
  try {
    const authority = info.outputPath('company.pem');
    await writeFile(authority, made.authority);
    const nothing = { HTTPS_PROXY: '', https_proxy: '', NO_PROXY: '', no_proxy: '' };
    const app = await start({ env: { ...stage.env, ...nothing, QUAYSIDE_CA_FILE: authority } });
    const client = await app.client();
    /** What the window says when somebody tries an account of this server. */
    const tried = async (name: string): Promise<string> => {
      const handed = await client.request('secrets.hand', { secrets: remoteItSecrets.password });
      if (!handed.ok) throw new Error(handed.error.message);
      const baseUrl = `https://${name}:${tls.port}`;
      const { ticket } = handed.value;
      const answer = await client.request('accounts.test', { vendor: 'remoteit', baseUrl, ticket });
      if (!answer.ok) return answer.error.message;
      return answer.value.error?.message ?? 'works';
    };
    const say = (proxyRules: string): Promise<void> =>
      app.evaluate(({ session }, rules) => session.defaultSession.setProxy({ proxyRules: rules }), proxyRules);

    await say('socks5://socks.corp:1080');
    expect(await tried(far)).toMatch(/this system names cannot be used: socks\.corp:1080 is a SOCKS proxy/);
    await say(new URL(proxy.url).host);
    expect(await tried(near)).toBe('works');
    // The system knows no password.
    expect(new Set(proxy.asked)).toEqual(new Set([`nobody ${near}:${tls.port}`]));
  } finally {
    proxy.dispose();
    tls.dispose();
    await vendor.dispose();
  }
});
