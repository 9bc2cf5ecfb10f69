/** A kind of service as the vendor lists it. */
export interface SimulatedApplicationType {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly port: number | null;
  readonly protocol: 'TCP' | 'UDP';
  /** Whether a connection may be a public web address. */
  readonly proxy: boolean;
  readonly scheme: string | null;
}

const type = (
  id: number,
  name: string,
  port: number | null,
  more: Partial<SimulatedApplicationType> = {},
): SimulatedApplicationType => ({
  id,
  name,
  description: `${name} service`,
  port,
  protocol: 'TCP',
  proxy: false,
  scheme: null,
  ...more,
});

const web = (scheme: string): Partial<SimulatedApplicationType> => ({ proxy: true, scheme });

/**
 * Ids by https://github.com/remoteit/desktop/blob/main/common/src/applications.ts; ports and schemes are a guess, because
 * no answer of the vendor is published.
 */
export const simulatedApplicationTypes: readonly SimulatedApplicationType[] = [
  type(1, 'TCP', null),
  type(4, 'VNC', 5900, { scheme: 'vnc' }),
  type(5, 'RDP', 3389, { scheme: 'rdp' }),
  type(7, 'HTTP', 80, web('http')),
  type(8, 'HTTPS', 443, web('https')),
  type(28, 'SSH', 22, { scheme: 'ssh' }),
  type(34, 'Samba', 445, { scheme: 'smb' }),
  type(35, 'Bulk Service', null),
  type(38, 'Nextcloud', 443, web('https')),
  type(32_769, 'UDP', null, { protocol: 'UDP' }),
];

/** A kind of device; the ids are those of https://github.com/remoteit/desktop/tree/main/frontend/src/platforms. */
export const simulatedPlatformTypes = [
  { id: 769, name: 'Linux' },
  { id: 1072, name: 'Raspberry Pi' },
  { id: 1120, name: 'Debian Linux' },
] as const;
