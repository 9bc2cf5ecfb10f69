/**
 * Where a session may connect to besides the host of the web client's script and the addresses in the connect object.
 * The document speaks of "our signal servers" and names none of them.
 */

const vendorDomain = 'reemo.io';

/**
 * Domains below which anybody can have a name. There is no list of public suffixes here, and none is needed to be exact:
 * a session whose server is not let through says so and names it, and the account has a setting for it.
 */
const sharedDomains = [
  'akamaihd.net',
  'amazonaws.com',
  'appspot.com',
  'azureedge.net',
  'azurefd.net',
  'azurewebsites.net',
  'b-cdn.net',
  'cloudapp.net',
  'cloudfront.net',
  'digitaloceanspaces.com',
  'fastly.net',
  'firebaseapp.com',
  'github.io',
  'gitlab.io',
  'googleapis.com',
  'herokuapp.com',
  'jsdelivr.net',
  'netlify.app',
  'ngrok.io',
  'ondigitalocean.app',
  'onrender.com',
  'pages.dev',
  'trycloudflare.com',
  'vercel.app',
  'windows.net',
  'workers.dev',
];

/** `co.uk`, `com.au`, `ne.jp`, and `web.app`: also a company with so short a name, which then needs the setting. */
const isLikeSuffix = (labels: readonly string[]): boolean => labels.length === 2 && (labels[0] ?? '').length <= 3;

/** The domain whose other hosts belong to the owner of `host` too; undefined if that is not sure. */
const ownDomain = (host: string): string | undefined => {
  if (host === vendorDomain || host.endsWith(`.${vendorDomain}`)) return vendorDomain;
  // An address has no domain.
  if (/^[\d.]+$/.test(host) || host.startsWith('[')) return undefined;
  const labels = host.split('.').slice(1);
  const parent = labels.join('.');
  if (labels.length < 2 || isLikeSuffix(labels)) return undefined;
  return sharedDomains.some((shared) => parent === shared || parent.endsWith(`.${shared}`)) ? undefined : parent;
};

/** A host of the setting, with a port or without: `signal.acme.com`, `*.acme.com:8443`. Never a whole top level. */
const serverPattern = /^(?:\*\.(?:[a-z\d-]+\.)+[a-z\d-]+|(?:[a-z\d-]+\.)*[a-z\d-]+)(?::\d{1,5})?$/i;

/** The hosts of the setting; undefined if one of them is not a host. */
export const readServers = (text: string): readonly string[] | undefined => {
  const hosts = text.split(/[\s,]+/).filter((host) => host !== '');
  return hosts.every((host) => serverPattern.test(host)) ? hosts : undefined;
};

/** The hosts, `*.` for all below a domain, that a session with this script may connect to. */
export const sessionServers = (clientScript: string, setting = ''): readonly string[] => {
  const domain = ownDomain(URL.parse(clientScript)?.hostname ?? '');
  return [...(domain === undefined ? [] : [`*.${domain}`]), ...(readServers(setting) ?? [])];
};
