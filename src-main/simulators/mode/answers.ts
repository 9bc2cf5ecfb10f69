import { z } from 'zod';
import type { SimulatedAnswer } from '../simulator.ts';

/** MODE's error body: `{"reason", "data"}`. */
export const refuse = (status: number, reason: string, data?: unknown): SimulatedAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ reason, data }),
});

export const unauthorized = refuse(401, 'AUTHORIZATION_REQUIRED');
export const denied = refuse(403, 'PERMISSION_DENIED');
/** "Invalid data" is a 403, too. */
export const invalid = refuse(403, 'INVALID_DATA');
export const notFound = refuse(404, 'RESOURCE_NOT_FOUND');
export const noContent: SimulatedAnswer = { status: 204 };

export const json = (value: unknown, status = 200): SimulatedAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

/** A whole number in a query. */
export const wholeNumber = (least: number) => z.string().regex(/^\d+$/).transform(Number).pipe(z.int().min(least));
