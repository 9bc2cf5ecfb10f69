import { createHash } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { rdpTlsRequest } from '../../core/forward/sniff-service.ts';
import { readRdpAnswer, type RdpCertificate } from '../../core/launch/rdp-certificate.ts';

/** Milliseconds for the answer and the handshake; the forward may open its tunnel meanwhile. */
const patienceMs = 15_000;

/** Reads until the server has answered the request. */
const askForTls = (socket: Socket): Promise<'tls' | 'plain' | undefined> =>
  new Promise((resolve) => {
    let heard = Buffer.alloc(0);
    const onData = (bytes: Buffer): void => {
      heard = Buffer.concat([heard, bytes]);
      const said = readRdpAnswer(heard);
      if (said === 'more') return;
      socket.off('data', onData);
      socket.pause();
      resolve(said);
    };
    socket.on('data', onData);
    socket.once('close', () => resolve(undefined));
    socket.write(rdpTlsRequest);
  });

const fingerprintOf = (socket: Socket): Promise<string | undefined> =>
  new Promise((resolve) => {
    // Whose certificate it is, its pin says: those of RDP are made by the devices themselves, and live on for years.
    const secure = connectTls({ socket, rejectUnauthorized: false, minVersion: 'TLSv1' });
    secure.once('error', () => resolve(undefined));
    secure.once('close', () => resolve(undefined));
    secure.once('secureConnect', () => {
      const { raw } = secure.getPeerCertificate();
      secure.destroy();
      resolve(`SHA256:${createHash('sha256').update(raw).digest('base64').replace(/=+$/, '')}`);
    });
  });

/** The certificate that an RDP server shows. Undefined: it did not answer in a way that could be read. */
export const readRdpCertificate = async (
  place: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<RdpCertificate | undefined> => {
  if (signal.aborted) return undefined;
  const socket = connectTcp({ ...place, noDelay: true, timeout: patienceMs });
  const stop = (): void => void socket.destroy();
  const limit = setTimeout(stop, patienceMs);
  signal.addEventListener('abort', stop, { once: true });
  try {
    socket.on('error', () => undefined);
    const said = await askForTls(socket);
    if (said === undefined) return undefined;
    if (said === 'plain') return { state: 'none' };
    const fingerprint = await fingerprintOf(socket);
    return fingerprint === undefined ? undefined : { state: 'shown', fingerprint };
  } finally {
    clearTimeout(limit);
    signal.removeEventListener('abort', stop);
    socket.destroy();
  }
};
