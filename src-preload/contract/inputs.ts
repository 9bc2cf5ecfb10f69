import { z } from 'zod';

/** What the inputs of requests are made of. */

export const ticket = z.string().min(16).max(64);
export const id = z.string().min(1).max(512);
export const port = z.number().int().min(1).max(65535);
export const nothing = z.strictObject({});
export const text = (max: number) => z.string().max(max);
