import { z } from 'zod';
import { launcherChoiceViewSchema, launcherViewSchema, serviceViewSchema } from './views.ts';

const id = z.string().min(1).max(512);
const kind = serviceViewSchema.shape.kind;

/** Requests about the programs that open services. Part of `requests`. */
export const launchRequests = {
  /**
   * Keeps the user name and the password with which launched programs enter a service; an empty user takes the name
   * away. The ticket is that of a secret named `password`. The answer says what is kept, never the password.
   */
  'services.credentials': {
    input: z.strictObject({
      deviceKey: id,
      serviceId: id,
      user: z.string().max(256).optional(),
      ticket: z.string().min(16).max(64).optional(),
      forgetPassword: z.boolean().optional(),
    }),
    output: z.object({ user: z.string().optional(), hasPassword: z.boolean() }),
  },
  /** Chooses the service that Connect opens on a device; without one, the choice is Quayside's again. */
  'devices.default': {
    input: z.strictObject({ deviceKey: id, serviceId: id.optional() }),
    output: z.strictObject({}),
  },
  /** The programs that can open each kind of service on this computer, best first. */
  'launchers.list': {
    input: z.strictObject({}),
    output: z.array(z.object({ kind, names: z.array(z.string()) })),
  },
  /** Replaces the user's own launchers. Refused where one has an unknown placeholder or its program is not here. */
  'launchers.save': {
    input: z.strictObject({ launchers: z.array(z.strictObject(launcherViewSchema.shape)).max(100) }),
    output: z.strictObject({}),
  },
  /** Chooses what opens a kind of service: for one service, a device, a group, or by default. Without a launcher, the choice is taken back. */
  'launchers.choose': {
    input: z.strictObject({
      kind,
      scope: launcherChoiceViewSchema.shape.scope,
      target: z.string().max(2048),
      launcher: z.string().min(1).max(64).optional(),
    }),
    output: z.strictObject({}),
  },
} as const;
