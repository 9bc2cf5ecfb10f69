import { describe, expect, it } from 'vitest';
import { attributesOf } from './fact-attributes.ts';

describe('attributes', () => {
  it('are what the object tells beyond what is known, at whatever depth', () => {
    expect(
      attributesOf(
        {
          id: 'a',
          name: 'Desk',
          os: ' Windows 11 ',
          monitors: 2,
          locked: false,
          owner: { email: 'a@example.com', id: 7 },
          users: ['ann', 'bob', { id: 3 }],
          empty: '',
          nothing: null,
          list: [],
        },
        ['id', 'name'],
      ),
    ).toEqual({
      os: 'Windows 11',
      monitors: '2',
      locked: 'false',
      'owner.email': 'a@example.com',
      'owner.id': '7',
      users: 'ann, bob',
    });
    expect(attributesOf({ id: 'a', deep: { deep: { deep: { deep: 'x' } } } }, ['id'])).toBeUndefined();
  });

  it('hold no secret: neither by name, nor within an object of that name, nor in an address', () => {
    const told = attributesOf(
      {
        apiKey: 's3cret',
        'rdp.password': 's3cret',
        connectionTokens: { eu: 's3cret' },
        link: 'https://x.test/a?token=s3cret',
      },
      [],
    );
    expect(told).toEqual({ link: 'https://x.test/a?token=…' });
  });

  it('are bounded, since a whole fleet of them is kept', () => {
    const many = attributesOf(
      Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`f${at}`, 'x'.repeat(9000)])),
      [],
    );
    expect(Object.keys(many ?? {})).toHaveLength(40);
    expect(many?.['f0']).toHaveLength(300);
  });
});
