import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import type { ForwardAttemptView, ForwardStatisticsView, ForwardView } from '../../src-preload/contract/forward.ts';

const offline: ErrorView = {
  kind: 'unreachable',
  message: 'The tunnel was closed at the vendor.',
  hint: 'It is dialled again by itself.',
};

/** What a forward in a state has besides: a pinned key, one that changed, a lost way, a service found out. */
export const forwardExtras = (state: ForwardView['state']): Partial<ForwardView> => {
  const limits = { maxConnections: 64, maxDials: 8 };
  const at = Date.now();
  if (state === 'open')
    return {
      limits,
      extraEndpoints: [{ address: '::1', port: 33_007 }],
      deviceEndpoint: { address: '127.82.4.17', port: 2222, reason: 'Ports below 1024 need rights you do not have.' },
      expiresAt: at + 7 * 3_600_000,
      refused: 3,
      hostKey: { fingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BgrJXVGLHGFTfJhLf2pWZ1aQ', verdict: 'same' },
    };
  if (state === 'listening') return { limits, serviceKind: 'tcp', recognised: 'vnc' };
  if (state === 'idle')
    return {
      limits,
      hostKey: {
        fingerprint: 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU',
        verdict: 'changed',
        warning:
          'The SSH host key is not the one seen before (SHA256:uNiVzt, now SHA256:47DEQp): the device was set up anew, or somebody is in between. Ask whoever runs the device; if the change is right, accept the new key.',
      },
    };
  if (state === 'reconnecting') return { limits, error: offline, attempt: 3, nextAttemptAt: at + 8000 };
  return { limits };
};

const history = (now: number): ForwardAttemptView[] => [
  { at: now - 3 * 3_600_000, outcome: 'open', timings: { vendorMs: 140, dnsMs: 3, dialMs: 41, firstByteMs: 37 } },
  {
    at: now - 9 * 60_000,
    outcome: 'failed',
    timings: { vendorMs: 212 },
    hop: 'vendor',
    error: { kind: 'device-offline', message: 'RemoteIoT cannot reach it.', hint: 'Try again when it is online.' },
    sentence: 'At the vendor: RemoteIoT cannot reach it; try again when it is online.',
  },
  { at: now - 60_000, outcome: 'open', timings: { vendorMs: 128, dnsMs: 4, dialMs: 46, firstByteMs: 38 } },
];

const statistics = (now: number): ForwardStatisticsView => ({
  rateUp: 1840,
  rateDown: 214_300,
  samples: Array.from({ length: 60 }, (_, index) => ({
    up: 900 + ((index * 137) % 1200),
    down: index % 17 < 6 ? 40_000 + index * 2800 : 8000 + ((index * 911) % 9000),
  })),
  peers: [
    {
      address: '127.0.0.1',
      port: 51_822,
      since: now - 340_000,
      state: 'open',
      bytesUp: 44_100,
      bytesDown: 2_900_000,
      process: 'ssh',
    },
    { address: '127.0.0.1', port: 51_990, since: now - 4000, state: 'waiting', bytesUp: 0, bytesDown: 0 },
  ],
});

/** Answers what is asked of one forward, and keeps what was changed, as main would. */
export const forwardReply = (
  name: 'forwards.share' | 'forwards.limit' | 'forwards.acceptHostKey' | 'forwards.history' | 'forwards.statistics',
  input: Readonly<Record<string, unknown>>,
  forward: ForwardView | undefined,
  now: number,
  change: (forward: ForwardView) => void,
): { readonly value: unknown } | { readonly error: ErrorView } => {
  if (forward === undefined)
    return { error: { kind: 'not-found', message: 'There is no such forward.', hint: 'It was removed.' } };
  if (name === 'forwards.history') return { value: forward.state === 'stopped' ? [] : history(now) };
  if (name === 'forwards.statistics')
    return { value: forward.state === 'open' ? statistics(now) : { rateUp: 0, rateDown: 0, samples: [], peers: [] } };
  if (name === 'forwards.acceptHostKey') {
    const next: ForwardView = { ...forward, hostKey: { fingerprint: String(input['fingerprint']), verdict: 'same' } };
    change(next);
    return { value: next };
  }
  if (name === 'forwards.share') {
    const allow = input['allow'] as string[];
    const wrong = allow.find((block) => !/^[\d.:a-f/]+$/.test(block));
    if (wrong !== undefined)
      return {
        error: {
          kind: 'invalid-input',
          message: `“${wrong}” is no address and no block of addresses.`,
          hint: 'Write an address, or a block such as 192.168.1.0/24.',
        },
      };
    const { sharing: _, ...alone } = forward;
    const next: ForwardView =
      allow.length === 0
        ? alone
        : {
            ...alone,
            sharing: {
              allow,
              addresses: ['192.168.1.20'],
              warning: `Shared with the network: computers at ${allow.join(', ')} can use this connection as if they were you.`,
            },
          };
    change(next);
    return { value: next };
  }
  const next: ForwardView = {
    ...forward,
    limits: {
      maxConnections: Number(input['maxConnections'] ?? 64),
      maxDials: Number(input['maxDials'] ?? 8),
    },
    idleTimeoutMs: Number(input['idleTimeoutMs'] ?? 900_000),
  };
  change(next);
  return { value: next };
};
