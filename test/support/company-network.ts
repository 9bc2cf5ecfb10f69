import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { claimPorts } from './own-ports.ts';

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

/** A company's own authority, and a certificate it made for names; all in PEM. */
export const makeAuthority = (
  ...names: readonly string[]
): { readonly authority: string; readonly key: string; readonly certificate: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'quayside-ca-'));
  const at = (name: string): string => join(folder, name);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const openssl = (...args: readonly string[]): void => void execFileSync('openssl', args, { stdio: 'ignore' });
  openssl('req', '-x509', ...curve, '-subj', '/CN=Company Root', '-keyout', at('ca.key'), '-out', at('ca.pem'));
  openssl('req', ...curve, '-subj', `/CN=${names[0] ?? ''}`, '-keyout', at('key'), '-out', at('csr'));
  writeFileSync(at('ext'), `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`);
  const by = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('ext')];
  openssl('x509', '-req', '-in', at('csr'), ...by, '-days', '2', '-out', at('cert'));
  const read = (name: string): string => readFileSync(at(name), 'utf8');
  const made = { authority: read('ca.pem'), key: read('key'), certificate: read('cert') };
  rmSync(folder, { recursive: true });
  return made;
};

/** Speaks TLS for a server on this computer that does not, and answers its port. */
export const startTls = async (
  { key, certificate }: { readonly key: string; readonly certificate: string },
  to: URL,
): Promise<{ readonly port: number; dispose(): void }> => {
  const open = new Set<Socket>();
  const server = createTlsServer({ key, cert: certificate }, (near) => {
    const far = connect(Number(to.port), to.hostname);
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(end);
      end.on('error', () => undefined);
      end.on('close', () => {
        open.delete(end);
        other.destroy();
      });
      end.pipe(other);
    }
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    dispose: () => {
      for (const end of open) end.destroy();
      server.close();
    },
  };
};

/** A real proxy program that wants a user name and a password, and hands what it takes to another proxy. */
export const startTinyproxy = async (
  upstream: string,
): Promise<{ readonly host: string; readonly user: string; readonly password: string; dispose(): Promise<void> }> => {
  const folder = mkdtempSync(join(tmpdir(), 'quayside-tinyproxy-'));
  const claimed = await claimPorts(1);
  const port = claimed.ports[0] ?? 0;
  const [user, password] = ['fleet', 'tiny-secret-81'];
  writeFileSync(
    join(folder, 'conf'),
    [
      `Port ${port}`,
      'Listen 127.0.0.1',
      'Timeout 30',
      'LogLevel Warning',
      `BasicAuth ${user} ${password}`,
      `Upstream http ${upstream}`,
      '',
    ].join('\n'),
  );
  const program = spawn('tinyproxy', ['-d', '-c', join(folder, 'conf')], { stdio: 'ignore' });
  const ended = once(program, 'exit');
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isUp = await Promise.race([
      once(socket, 'connect').then(
        () => true,
        () => false,
      ),
      ended.then(() => {
        throw new Error('tinyproxy ended by itself');
      }),
    ]);
    socket.destroy();
    if (isUp) break;
  }
  return {
    host: `127.0.0.1:${port}`,
    user,
    password,
    dispose: async () => {
      program.kill();
      await ended;
      await claimed.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
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
