import { describe, expect, test } from 'vitest';
import { vendors } from '../../vendors/registry.ts';
import { systemClock, systemRandom } from '../../node/runtime/system-clock.ts';
import { curlWords, joinCommand } from '../../core/operation/operation-commands.ts';
import { previewRequest } from './request-preview.ts';

const signal = new AbortController().signal;

describe.each(
  vendors.flatMap((vendor) => vendor.credentialForms.map((form) => [vendor.id, form.id, vendor, form] as const)),
)('%s, signed in by %s', (_vendorId, _formId, vendor, form) => {
  const options = {
    vendor,
    account: {
      id: 'a',
      vendor: vendor.id,
      label: 'A',
      baseUrl: vendor.defaultBaseUrl ?? 'http://127.0.0.1:1',
      fields: {},
    },
    secretNames: form.fields.filter((field) => field.secret && field.required).map((field) => field.name),
    clock: systemClock,
    random: systemRandom,
  };

  test('a call without parameters is shown as it would go out, with placeholders', async () => {
    const operation = vendor.operations.find(
      (each) => each.input.safeParse({}).success && !each.path.includes('{') && !each.path.includes('login'),
    );
    if (operation === undefined) return;
    const preview = await previewRequest(options, operation, {}, signal);
    if (!preview.ok) {
      // An account may hold a key for the other of a vendor's two APIs.
      expect(preview.error.kind).toMatch(/unsupported|invalid-input/);
      return;
    }
    const { request } = preview.value;
    expect(request.method).toBe(operation.method);
    const command = joinCommand(curlWords(request), 'linux');
    expect(command.startsWith('curl --globoff ')).toBe(true);
    expect(command).not.toMatch(/zq|qz/);
    if (options.secretNames.length > 0) expect(command).toMatch(/"\$[A-Z]+_[A-Z_]+"/);
  });

  test('an input that is not right says so instead', async () => {
    const operation = vendor.operations.find((each) => !each.input.safeParse({}).success);
    if (operation === undefined) return;
    const preview = await previewRequest(options, operation, {}, signal);
    expect(preview.ok ? 'ok' : preview.error.kind).toBe('invalid-input');
  });
});
