import { z } from 'zod';
import { serviceKindSchema } from './device.ts';
import { id, nothing, ticket } from './inputs.ts';

/** The programs that open services, and what they get to enter them. */

/** A program of the user's own; `args` hold placeholders such as {host} and {port}. */
export const launcherViewSchema = z.object({
  name: z.string().max(64),
  kind: serviceKindSchema,
  program: z.string().max(1024),
  args: z.array(z.string().max(1024)).max(64),
});
export type LauncherView = z.infer<typeof launcherViewSchema>;

/** Which launcher opens what; `target` is a device key and a service id on two lines, a device key, a group, or empty. */
export const launcherChoiceViewSchema = z.object({
  kind: serviceKindSchema,
  scope: z.enum(['service', 'device', 'group', 'default']),
  target: z.string().max(2048),
  launcher: z.string().max(64),
});
export type LauncherChoiceView = z.infer<typeof launcherChoiceViewSchema>;

export const launchRequests = {
  /** What a launch would run, for copying. Opens the forward, so that the port is true. */
  'launch.command': {
    input: z.strictObject({ deviceKey: id, serviceId: id, user: z.string().max(64).optional() }),
    output: z.object({ command: z.string() }),
  },
  /** How ssh is run in a terminal the client has itself: the program and its arguments, never a shell string. */
  'launch.ssh': {
    input: z.strictObject({
      deviceKey: id,
      serviceId: id,
      user: z.string().max(64).optional(),
      args: z.array(z.string().max(65_536)).max(1000),
    }),
    output: z.object({ program: z.string(), args: z.array(z.string()) }),
  },
  /** Opens the service by its route: in the user's own program, the vendor's, or at an address that the caller shows. */
  'launch.open': {
    input: z.strictObject({ deviceKey: id, serviceId: id, user: z.string().max(64).optional() }),
    output: z.object({ launcher: z.string(), command: z.string(), address: z.string().optional() }),
  },
  /** Takes the changed certificate of a device, which `launch.open` was refused with, for the right one. */
  'launch.trust': {
    input: z.strictObject({ deviceKey: id, serviceId: id, certificate: z.string().max(128) }),
    output: nothing,
  },
  /**
   * Keeps the user name and the password with which launched programs enter a service; an empty user takes the name
   * away. The ticket is that of a secret named `password`. The answer says what is kept, never the password.
   */
  'services.credentials': {
    input: z.strictObject({
      deviceKey: id,
      serviceId: id,
      user: z.string().max(256).optional(),
      ticket: ticket.optional(),
      forgetPassword: z.boolean().optional(),
    }),
    output: z.object({ user: z.string().optional(), hasPassword: z.boolean() }),
  },
  /** Chooses the service that Connect opens on a device; without one, the choice is Quayside's again. */
  'devices.default': {
    input: z.strictObject({ deviceKey: id, serviceId: id.optional() }),
    output: nothing,
  },
  /** The programs that can open each kind of service on this computer, best first. */
  'launchers.list': {
    input: nothing,
    output: z.array(z.object({ kind: serviceKindSchema, names: z.array(z.string()) })),
  },
  /** Replaces the user's own launchers. Refused where one has an unknown placeholder or its program is not here. */
  'launchers.save': {
    input: z.strictObject({ launchers: z.array(z.strictObject(launcherViewSchema.shape)).max(100) }),
    output: nothing,
  },
  /** Chooses what opens a kind of service: for one service, a device, a group, or by default. Without a launcher, the choice is taken back. */
  'launchers.choose': {
    input: z.strictObject({
      kind: serviceKindSchema,
      scope: launcherChoiceViewSchema.shape.scope,
      target: z.string().max(2048),
      launcher: z.string().min(1).max(64).optional(),
    }),
    output: nothing,
  },
} as const;
