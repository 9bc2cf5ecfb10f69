import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import tls from 'node:tls';
import { fail, ok, type AppError, type Result } from '../../core/base/errors.ts';
import type { Log } from '../../core/base/log.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The maximum size of a file of certificates, bytes. */
const maxFileBytes = 16 * 1024 ** 2;

/** Where distributions keep all their certificates in one file: Debian, Fedora, Alpine and openSUSE. */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
  '/etc/ssl/ca-bundle.pem',
];

const oneCertificate =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

const isCertificate = (pem: string): boolean => {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
};

/** Reads the certificates in a file that the user named. Errors: invalid-input. */
export const readCertificates = (path: string): Result<readonly string[]> => {
  const wrong = (what: string, hint: string): Result<never> =>
    fail('invalid-input', `The file of additional certificates, ${path}, ${what}.`, hint);
  const choose = 'Name a PEM file with the certificates of your company’s authority.';
  if (!isAbsolute(path)) return wrong('is not named with its whole path', 'Write the path from its root on.');
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > maxFileBytes) return wrong('is too large for one', choose);
    text = readFileSync(path, 'latin1');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return wrong('is not there', 'Check the path, or leave it empty.');
    return wrong('cannot be read', 'Check who may read it, or name another one.');
  }
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    return wrong('holds a private key', 'Keep the key to yourself: name a file with certificates only.');
  const found = text.match(oneCertificate) ?? [];
  if (found.length === 0)
    return wrong(
      'holds no certificate in PEM form',
      'Such a file has lines that say BEGIN CERTIFICATE; `openssl x509 -inform der -in FILE` makes one of a DER file.',
    );
  const broken = found.findIndex((pem) => !isCertificate(pem));
  if (broken !== -1) return wrong(`holds a certificate that cannot be read (number ${broken + 1})`, choose);
  return ok(found);
};

/** Whether certificates can be set in this Node: from 22.19 and 24.5 on (doc/api/tls.md). */
const isAble = (): boolean => typeof Reflect.get(tls, 'setDefaultCACertificates') === 'function';

/** The certificates Node trusts by default in this thread: its own list and NODE_EXTRA_CA_CERTS. */
let builtIn: readonly string[] | undefined;
/** The certificates of files that are in force; undefined: not even the system's are yet. */
let inForce: string | undefined;

/** The system's certificates. Node asks the system's store, on Linux OpenSSL's places or SSL_CERT_FILE and SSL_CERT_DIR. */
const systemCertificates = (env: Environment): readonly string[] => {
  const found = tls.getCACertificates('system');
  if (found.length > 0 || process.platform !== 'linux' || env['SSL_CERT_FILE'] || env['SSL_CERT_DIR']) return found;
  const bundle = bundles.find((path) => existsSync(path));
  return bundle === undefined ? [] : (readFileSync(bundle, 'latin1').match(oneCertificate) ?? []);
};

/**
 * The trust of this process beyond the public authorities: the system's store, the file named by QUAYSIDE_CA_FILE, and
 * the file of the settings. It applies to every TLS connection that this thread opens afterwards.
 */
export class CompanyCertificates {
  readonly #env: Environment;
  readonly #log: Log | undefined;
  #file: readonly string[] = [];
  /** The same certificates as one text, to be compared before every connection. */
  #wanted = '';
  #problem: AppError | undefined;
  #isAsked = false;

  constructor(env: Environment, log?: Log) {
    this.#env = env;
    this.#log = log;
    this.use('');
  }

  /** Sets the file of the settings; empty: none. An unusable file changes nothing. Errors: invalid-input. */
  use(path: string): Result<void> {
    const files = [this.#env['QUAYSIDE_CA_FILE'] ?? '', path].filter((file) => file !== '').map(readCertificates);
    this.#file = files.flatMap((file) => (file.ok ? file.value : []));
    this.#wanted = this.#file.join('\n');
    const bad = files.find((file) => !file.ok);
    this.#problem = bad?.ok === false ? bad.error : undefined;
    if (this.#isAsked) this.ensure();
    return this.#problem === undefined ? ok(undefined) : { ok: false, error: this.#problem };
  }

  /** Call it before opening a connection; the first call takes some 100 ms. */
  ensure(): void {
    this.#isAsked = true;
    if (this.#wanted === inForce || !isAble()) return;
    inForce = this.#wanted;
    try {
      builtIn ??= tls.getCACertificates('default');
      tls.setDefaultCACertificates([...builtIn, ...systemCertificates(this.#env), ...this.#file]);
    } catch (error) {
      // What Node trusts by itself stays in force.
      this.#log?.write('error', 'certificates.not-loaded', { error: String(error) });
    }
  }

  /** What the user can do about an untrusted certificate, in this very build. */
  get hint(): string {
    if (this.#problem !== undefined) return `${this.#problem.message} ${this.#problem.hint}`;
    if (!isAble())
      return (
        `Behind a company’s proxy, name the PEM file of its certificate in NODE_EXTRA_CA_CERTS: this Node ` +
        `(${process.versions.node}) is too old to ask the system. Node 24.5 and newer does.`
      );
    const electron = process.versions['electron'] !== undefined;
    const file = 'Behind a company’s proxy, name the PEM file of its certificate in Settings, Connections';
    // A packaged Electron does not read NODE_EXTRA_CA_CERTS (build/fuses.mjs), and no launcher sets a variable.
    return electron
      ? `Check the base URL. ${file}, or add it to the certificates of this system and start Quayside again.`
      : `Check the base URL. ${file}, or in QUAYSIDE_CA_FILE, or add it to the certificates of this system and start Quayside again.`;
  }
}
