import type { Replacement } from './bulk-names.ts';

/** What is to be done with each of the chosen devices. */
export type BulkAction =
  | { readonly kind: 'rename'; readonly pattern: string; readonly first: number }
  | ({ readonly kind: 'replace' } & Replacement)
  | { readonly kind: 'group'; readonly group: string }
  /** `hard`: erased from the project too, at MODE. */
  | { readonly kind: 'delete'; readonly hard: boolean }
  | {
      readonly kind: 'job';
      readonly name: string;
      readonly command?: string | undefined;
      readonly script?: string | undefined;
      /** GMT, `2017-05-19 00:00:00`. */
      readonly at?: string | undefined;
    }
  | {
      readonly kind: 'upload';
      readonly file: { readonly name: string; readonly base64: string };
      readonly folder: string;
    }
  | { readonly kind: 'custom-field'; readonly field: string; readonly value: string }
  | {
      readonly kind: 'command';
      readonly action: string;
      readonly parameters?: Readonly<Record<string, unknown>> | undefined;
    }
  | { readonly kind: 'tag'; readonly change: 'add' | 'remove'; readonly tags: readonly string[] }
  | {
      readonly kind: 'password';
      readonly protocol: PasswordProtocol;
      readonly user?: string | undefined;
      /** One for each device instead of the same for all. */
      readonly generate: boolean;
    }
  | { readonly kind: 'operation'; readonly operation: string; readonly input: Readonly<Record<string, unknown>> };

/** The ways into a connection for which Remotix keeps a password. */
export type PasswordProtocol = 'rxp' | 'rdp' | 'apple';

export const passwordProtocols: Readonly<Record<PasswordProtocol, string>> = {
  rxp: 'NEAR',
  rdp: 'RDP',
  apple: 'Apple Screen Sharing',
};
