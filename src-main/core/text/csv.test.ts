import { describe, expect, it } from 'vitest';
import { parseCsv } from './csv.ts';

describe('parseCsv', () => {
  it('reads by header, trimmed, whatever the line ends are', () => {
    const rows = [
      { UnitId: '01', Timestamp: '2020-12-27 05:25:00', Value: '1' },
      { UnitId: '02', Timestamp: '2020-12-27 05:30:00', Value: '' },
    ];
    const text = '\uFEFFUnitId, Timestamp ,Value  \n01,2020-12-27 05:25:00, 1 \n\n02,2020-12-27 05:30:00,\n';
    expect(parseCsv(text)).toEqual(rows);
    expect(parseCsv(text.replaceAll('\n', '\r\n'))).toEqual(rows);
  });

  it('keeps commas, quotes and line breaks of quoted cells', () => {
    expect(parseCsv('a,b\n"1,""x""\ny",2')).toEqual([{ a: '1,"x"\ny', b: '2' }]);
  });

  it('takes short and long lines, and nothing', () => {
    expect(parseCsv('a,b\n1\n1,2,3')).toEqual([{ a: '1' }, { a: '1', b: '2' }]);
    expect(parseCsv('')).toEqual([]);
    expect(parseCsv('a,b\n')).toEqual([]);
  });
});
