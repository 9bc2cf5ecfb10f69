import type { HttpBody } from '../base/http.ts';
import { joinPasteWindows, joinPosix } from '../base/shell-quoting.ts';

/** A request as it would go out, with placeholders for its secrets. */
export interface RequestPreview {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: HttpBody;
}

/** The words of `quayside api` for a call. Without `--yes`: what destroys asks again where it is pasted. */
export const apiWords = (call: {
  readonly vendor: string;
  readonly operation: string;
  readonly account: string;
  readonly input: unknown;
}): readonly string[] => {
  const input = JSON.stringify(call.input ?? {});
  return [
    'quayside',
    'api',
    call.vendor,
    call.operation,
    // A label that begins with a dash would be taken for an option.
    ...(call.account.startsWith('-') ? [`--account=${call.account}`] : ['--account', call.account]),
    ...(input === '{}' ? [] : ['--input', input]),
  ];
};

/** curl takes `@file` and `<file` at the start of a field for a file to read; a string escapes that. */
const bodyWords = (body: HttpBody): readonly string[] => {
  switch (body.kind) {
    case 'json':
      return ['--data-raw', JSON.stringify(body.value)];
    case 'text':
      return ['--data-raw', body.text];
    case 'form':
      return Object.entries(body.fields).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`]);
    case 'multipart':
      return body.parts.flatMap((part) =>
        'value' in part
          ? ['--form-string', `${part.name}=${part.value}`]
          : ['--form', `${part.name}=@${part.filename};filename="${part.filename.replaceAll(/["\\]/g, '\\$&')}"`],
      );
    default:
      return body satisfies never;
  }
};

const contentType = (body: HttpBody | undefined): string | undefined =>
  body?.kind === 'json' ? 'application/json' : body?.kind === 'text' ? body.contentType : undefined;

/** The words of curl for a request. */
export const curlWords = ({ method, url, headers, body }: RequestPreview): readonly string[] => {
  const type = contentType(body);
  const all = { ...headers, ...(type === undefined || 'content-type' in headers ? {} : { 'content-type': type }) };
  const implied = body === undefined ? 'GET' : 'POST';
  return [
    'curl',
    // A URL may hold brackets and braces, which are nothing to expand.
    '--globoff',
    ...(method === implied ? [] : ['--request', method]),
    url,
    ...Object.entries(all).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
    ...(body === undefined ? [] : bodyWords(body)),
  ];
};

/** Around the name of a placeholder: letters that survive every encoding and stand in no other text. */
const before = 'zq';
const after = 'qz';
const placeholders = /zq([A-Z0-9_]+)qz/;

/** Stands for a secret in the words of a command; `joinCommand` makes a variable of the environment of it. */
export const placeholder = (name: string): string =>
  `${before}${
    name
      .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
      .replaceAll(/[^A-Za-z0-9]+/g, '_')
      .replaceAll(/^_+|_+$/g, '')
      .toUpperCase() || 'SECRET'
  }${after}`;

/**
 * A command line to paste: every word quoted for the shell of `platform`, and every placeholder a variable of the
 * environment: `"$REMOTEIOT_TOKEN"`. On Windows, whose shells differ in that, it is `<REMOTEIOT_TOKEN>` to fill in.
 */
export const joinCommand = (args: readonly string[], platform: string): string => {
  if (platform === 'win32')
    return joinPasteWindows(args.map((word) => word.replaceAll(new RegExp(placeholders, 'g'), '<$1>')));
  return args
    .map((word) => {
      const parts = word.split(placeholders);
      if (parts.length === 1) return joinPosix([word]);
      // Every second part is a name: quoted apart, so that the shell fills it in and nothing else.
      return parts
        .map((part, index) => (index % 2 === 1 ? `"$${part}"` : part === '' ? '' : joinPosix([part])))
        .join('');
    })
    .join(' ');
};
