import { z } from 'zod';

const deviceKey = z.string().min(1).max(512);

/** Requests about ways to a device that need no local port. Part of `requests`. */
export const routeRequests = {
  /** What the vendor's program on this computer can do with the device now. */
  'actions.list': {
    input: z.strictObject({ deviceKey }),
    output: z.object({ actions: z.array(z.object({ id: z.string(), label: z.string(), type: z.string() })) }),
  },
  /** Does one of them, once; a window of that program opens. */
  'actions.run': {
    input: z.strictObject({ deviceKey, actionId: z.string().min(1).max(200) }),
    output: z.strictObject({}),
  },
  /** Opens a session in the vendor's web client. The one-time address is absent if a window of its own shows it. */
  'webSession.open': {
    input: z.strictObject({ deviceKey }),
    output: z.object({ address: z.string().optional() }),
  },
} as const;
