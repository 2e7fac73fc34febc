import { describe, expect, it } from 'vitest';
import { cleanName, disposition, encodedName, endingOf } from './names.ts';

describe('names of files', () => {
  it.each([
    ['holiday.png', 'holiday.png'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['C:\\Users\\anna\\a.txt', 'C__Users_anna_a.txt'],
    ['.htaccess', 'htaccess'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['a\r\nSet-Cookie: x=1.png', 'aSet-Cookie_ x=1.png'],
    ['a\0b.png', 'ab.png'],
    ['  spaced \t out  .txt . ', 'spaced out .txt'],
    ['...', 'file'],
    ['', 'file'],
    ['Cafe\u0301.png', 'Caf\u00e9.png'],
  ])('%j is kept as %j', (given, kept) => {
    expect(cleanName(given)).toBe(kept);
  });

  it('are cut to what file systems take, and keep their ending', () => {
    const name = cleanName(`${'é'.repeat(300)}.jpeg`);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
    expect(name).toMatch(/^é+\.jpeg$/);
  });

  it('have one ending, in lower case', () => {
    expect(['a.TAR.GZ', 'noending', 'a.'].map(endingOf)).toEqual(['gz', '', '']);
  });

  it('stand in addresses in unreserved characters only', () => {
    expect(encodedName("très cool (1)'s *.jpg")).toBe('tr%C3%A8s%20cool%20%281%29%27s%20%2A.jpg');
  });

  it('stand in headers without a way to add another header or parameter', () => {
    const header = disposition('attachment', 'a"; filename="evil\\.exe\u00e9%41');
    expect(header).toBe(
      'attachment; filename="a_; filename=_evil_.exe__41"; filename*=UTF-8\'\'a%22%3B%20filename%3D%22evil%5C.exe%C3%A9%2541',
    );
    expect(header).toMatch(/^[\x20-\x7e]+$/);
  });
});
