// node build/vendor-table.mjs [--check]: README's table of vendors, made from the catalogue, between its markers.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './bootstrap.mjs';

const begin = '<!-- vendors: made by build/vendor-table.mjs -->';
const end = '<!-- /vendors -->';

/** What the device page offers, in few words, by the first part of a capability's name or the whole of it. @type {Partial<Record<string, string>>} */
const words = {
  'logs.once': 'logs (handed out once)',
  'logs.range': 'logs by time',
  'logs.requests': 'log requests',
  'data.values': 'keys and values',
  'data.schemas': 'configuration forms',
  jobs: 'jobs',
  'files.upload': 'file upload',
  'files.update': 'file update',
  'health.history': 'uptime and traffic',
  'health.charts': 'charts',
  'health.speed-test': 'speed test',
  'settings.rename': 'rename',
  'settings.group': 'groups',
  'settings.tag': 'tags',
  'settings.fields': 'custom fields',
  'settings.firmware': 'firmware record',
  'settings.delete': 'delete',
};

/** @type {import('../src-main/core/base/log.ts').Log} */
const silent = { write: () => undefined, child: () => silent };

/** Nothing is called here: what a connector can do shows in what it has. @param {import('../src-main/vendors/vendor.ts').Vendor} vendor */
const connectorOf = (vendor) =>
  vendor.open({
    accountId: 'table',
    baseUrl: vendor.defaultBaseUrl ?? 'http://127.0.0.1:1',
    fields: { projectId: '1' },
    secrets: {},
    http: { request: () => Promise.reject(new Error('the table calls nobody')) },
    clock: { now: () => 0, monotonic: () => 0, after: () => () => undefined },
    random: () => 0.5,
    log: silent,
  });

/** @param {number} ms */
const seconds = (ms) => (ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`);

/**
 * @param {import('../src-main/vendors/vendor.ts').Vendor} vendor
 * @param {ReturnType<typeof import('../src-main/bridge/views/capabilities.ts').capabilitiesOf>} capabilities
 */
const row = (vendor, capabilities) => {
  const connector = connectorOf(vendor);
  const routes = [
    ...(connector.tunnels === undefined ? [] : ['local port through its tunnel']),
    ...(connector.webRequests === undefined ? [] : ['local port for web requests, through its proxy']),
    ...(connector.actions === undefined ? [] : ['windows of its application on this computer']),
    ...(connector.webSession === undefined ? [] : ['its web client, in a window or tab of its own']),
  ];
  const page = capabilities.map(({ name }) => words[name] ?? name);
  const every = `every ${seconds(vendor.poll.intervalMs)}`;
  return [
    vendor.name,
    [...new Set(vendor.credentialForms.map(({ title }) => title))].join(', '),
    routes.join('; '),
    connector.events === undefined ? every : `at once, and ${every}`,
    page.join(', '),
    String(vendor.operations.length),
  ];
};

/** The block of README with its markers. @returns {Promise<string>} */
export const vendorTable = async () => {
  const { vendors } = await import('../src-main/vendors/registry.ts');
  const { capabilitiesOf } = await import('../src-main/bridge/views/capabilities.ts');
  const head = ['Vendor', 'Signs in with', 'A device is reached by', 'Listed', 'On the device page', 'Operations'];
  const rows = vendors.map((vendor) => row(vendor, capabilitiesOf(vendor.capabilities, vendor.operations)));
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((cells) => cells[at]?.length ?? 0)));
  /** @param {readonly string[]} cells */
  const line = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [begin, '', line(head), rule, ...rows.map(line), '', end].join('\n');
};

/**
 * A README with the block as it should be; under a heading of its own where it has none yet.
 * @param {string} readme
 * @param {string} block
 * @returns {string}
 */
export const withVendorTable = (readme, block) => {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from !== -1 && to > from) return readme.slice(0, from) + block + readme.slice(to + end.length);
  const section = `## Vendors\n\nEvery operation is on the command line (\`quayside api VENDOR --list\`) and in the window's Actions.\n\n${block}\n\n`;
  const before = readme.indexOf('## What it does with a connection');
  return before === -1 ? `${readme.trimEnd()}\n\n${section}` : readme.slice(0, before) + section + readme.slice(before);
};

if (process.argv[1] === import.meta.filename) {
  const path = join(root, 'README.md');
  const readme = readFileSync(path, 'utf8');
  const wanted = withVendorTable(readme, await vendorTable());
  if (wanted === readme) console.log('README has the present table of vendors.');
  else if (process.argv.includes('--check')) {
    console.error('README has an old table of vendors: run node build/vendor-table.mjs.');
    process.exitCode = 1;
  } else {
    writeFileSync(path, wanted);
    console.log('README has a new table of vendors.');
  }
}
