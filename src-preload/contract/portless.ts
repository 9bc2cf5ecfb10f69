import { z } from 'zod';
import { id, nothing } from './inputs.ts';

/** Ways to a device that need no local port. */

export const portlessRequests = {
  /** What the vendor's program on this computer can do with the device now. */
  'actions.list': {
    input: z.strictObject({ deviceKey: id }),
    output: z.object({ actions: z.array(z.object({ id: z.string(), label: z.string(), type: z.string() })) }),
  },
  /** Does one of them, once; a window of that program opens. */
  'actions.run': {
    input: z.strictObject({ deviceKey: id, actionId: z.string().min(1).max(200) }),
    output: nothing,
  },
  /** Opens a session in the vendor's web client. The one-time address is absent if a window of its own shows it. */
  'webSession.open': {
    input: z.strictObject({ deviceKey: id }),
    output: z.object({ address: z.string().optional() }),
  },
} as const;
