import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/** A self-signed certificate for a name, in PEM. */
export const makeCertificate = (name: string): { readonly key: string; readonly certificate: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'quayside-tls-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  const files = ['-keyout', key, '-out', certificate];
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, ...files], { stdio: 'ignore' });
  const made = { key: readFileSync(key, 'utf8'), certificate: readFileSync(certificate, 'utf8') };
  rmSync(folder, { recursive: true });
  return made;
};

/** Trusts certificates in this process until the function answered is called. */
export const trust = (...certificates: readonly string[]): (() => void) => {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, ...certificates]);
  return () => setDefaultCACertificates(before);
};

/** A company's proxy, for which every name leads to this computer. */
export interface CompanyProxy {
  /** With a user name and a password. */
  readonly url: string;
  /** What it was asked for, and by whom. */
  readonly asked: readonly string[];
  dispose(): void;
}

/** Starts one; it refuses everybody where `letsIn` is false. */
export const startCompanyProxy = async ({ letsIn = true } = {}): Promise<CompanyProxy> => {
  const asked: string[] = [];
  const open = new Set<Socket>();
  const proxy = createServer((_request, response) => response.writeHead(405).end());
  proxy.on('connect', (asking, socket: Socket) => {
    asked.push(`${asking.headers['proxy-authorization'] ?? 'nobody'} ${asking.url ?? ''}`);
    if (!letsIn) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const far = connect({ host: '127.0.0.1', port: Number(asking.url?.split(':')[1]) }, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.pipe(socket).pipe(far);
    });
    for (const end of [far, socket]) {
      open.add(end);
      end.on('error', () => undefined);
      end.on('close', () => {
        open.delete(end);
        (end === far ? socket : far).destroy();
      });
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `http://fleet:secret@127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    asked,
    dispose: () => {
      proxy.closeAllConnections();
      for (const end of open) end.destroy();
      proxy.close();
    },
  };
};
