import type { Operation } from '../vendor.ts';
import { graphQlOperations } from './graphql-operations.ts';
import { restOperations } from './rest-operations.ts';

/** The whole catalogue: RIT-01 of the document first, then what is beyond it, numbered RIT-B01 and on. */
export const remoteItOperations: readonly Operation[] = [...restOperations, ...graphQlOperations];
