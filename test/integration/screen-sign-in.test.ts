import { expect, test } from 'vitest';
import { greetRfb } from '../../src-main/core/session/rfb-handshake.ts';
import { dialTcp } from '../../src-main/node/net/stream-channel.ts';
import { vncResponse } from '../../src-main/node/net/vnc-response.ts';
import { startXvnc } from '../support/xvnc.ts';

const password = 'sesame-7';

/** How a real server of these sign-ins takes our greeting. */
const greet = async (securityTypes: string) => {
  const xvnc = await startXvnc({ password, securityTypes });
  try {
    const dialed = await dialTcp({ host: '127.0.0.1', port: xvnc.port }, new AbortController().signal);
    if (!dialed.ok) throw new Error(dialed.error.message);
    const greeted = await greetRfb(dialed.value, (challenge) => vncResponse(password, challenge));
    dialed.value.close();
    return greeted.ok ? greeted.value.outcome : greeted.error.message;
  } finally {
    await xvnc.dispose();
  }
};

test.each([
  ['VncAuth', 'open'],
  ['None', 'open'],
  ['TLSVnc,VncAuth', 'open'],
  ['RA2,VncAuth', 'open'],
  ['TLSVnc', 'VeNCrypt'],
  ['TLSPlain', 'VeNCrypt'],
  ['Plain', 'VeNCrypt'],
  ['RA2', 'RA2'],
])('a TigerVNC that takes %s: %s', async (securityTypes, answer) => {
  expect(await greet(securityTypes)).toContain(answer);
});
