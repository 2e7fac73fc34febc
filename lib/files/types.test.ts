import { describe, expect, it } from 'vitest';
import { settingValues } from '../testing/fixed-settings.ts';
import { mediaType, refusal, servedAs, sniff } from './types.ts';

const bytes = (...parts: (string | number)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from([part]))));

describe('what a file begins with', () => {
  it.each([
    ['image/png', bytes(0x89, 'PNG\r\n', 0x1a, '\n', 'rest')],
    ['image/jpeg', bytes(0xff, 0xd8, 0xff, 0xe0)],
    ['image/gif', bytes('GIF89a')],
    ['image/webp', bytes('RIFF', 1, 2, 3, 4, 'WEBPVP8 ')],
    ['audio/wav', bytes('RIFF', 1, 2, 3, 4, 'WAVEfmt ')],
    ['image/avif', bytes(0, 0, 0, 0x20, 'ftypavif')],
    ['video/mp4', bytes(0, 0, 0, 0x20, 'ftypisom')],
    ['video/webm', bytes(0x1a, 0x45, 0xdf, 0xa3)],
    ['audio/ogg', bytes('OggS')],
    ['audio/mpeg', bytes('ID3')],
    ['audio/mpeg', bytes(0xff, 0xfb, 0x90)],
    ['application/pdf', bytes('%PDF-1.7')],
    ['application/zip', bytes('PK', 3, 4)],
    ['application/x-msdownload', bytes('MZ', 0x90, 0, 3, 0)],
    ['application/x-executable', bytes(0x7f, 'ELF')],
    ['application/x-mach-binary', bytes(0xcf, 0xfa, 0xed, 0xfe)],
    ['text/html', bytes('  <!DOCTYPE HTML><p>')],
    ['text/html', bytes('<script>alert(1)</script>')],
    ['image/svg+xml', bytes('<?xml version="1.0"?><svg onload="x">')],
    ['', bytes('MZ is how this text begins')],
    ['', bytes('plain text')],
    ['', bytes()],
  ])('is known as %j', (type, head) => {
    expect(sniff(head)).toBe(type);
  });
});

describe('how a file is handed out', () => {
  it('shows only what is the picture, sound or film it says it is', () => {
    expect(servedAs('image/png', 'image/png')).toEqual({ type: 'image/png', shown: true });
    expect(servedAs('audio/webm', 'video/webm')).toEqual({ type: 'audio/webm', shown: true });
    expect(servedAs('image/png', 'text/html')).toEqual({ type: 'application/octet-stream', shown: false });
    expect(servedAs('image/png', 'image/jpeg').shown).toBe(false);
    expect(servedAs('image/png', '').shown).toBe(false);
    expect(servedAs('application/pdf', 'application/pdf')).toEqual({ type: 'application/pdf', shown: false });
  });

  it('gives away nothing that another page could run', () => {
    for (const type of [
      'text/html',
      'application/xhtml+xml',
      'image/svg+xml',
      'text/javascript',
      'application/x-javascript',
      'text/css',
      'application/wasm',
      'text/xml',
      'application/x-shockwave-flash',
    ])
      expect(servedAs(type, '')).toEqual({ type: 'application/octet-stream', shown: false });
    expect(servedAs('application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'application/zip').type).toContain(
      'openxml',
    );
    expect(servedAs('text/plain', '')).toEqual({ type: 'text/plain; charset=utf-8', shown: false });
  });
});

describe('which files may come', () => {
  const rules = settingValues('files');

  it('refuses programs by name, by what they say and by what they are', () => {
    expect(refusal(rules, 'setup.EXE', '', '')).toContain('.exe');
    expect(refusal(rules, 'a.png', 'application/x-msdownload', '')).toContain('application/x-msdownload');
    expect(refusal(rules, 'a.png', 'image/png', 'application/x-executable')).toContain('application/x-executable');
    expect(refusal(rules, 'a.html', 'text/html', 'text/html')).toBeNull();
  });

  it('lets only allowed types pass when there are some, and no other under their name', () => {
    const pictures = { ...rules, allowTypes: ['image/*', 'application/pdf', 'application/vnd.oasis.opendocument.text'] };
    expect(refusal(pictures, 'a.png', 'image/png', 'image/png')).toBeNull();
    expect(refusal(pictures, 'a.png', 'image/png', 'image/jpeg')).toBeNull();
    expect(refusal(pictures, 'a.zip', 'application/zip', '')).toContain('application/zip');
    expect(refusal(pictures, 'a', '', '')).toContain('application/octet-stream');
    expect(refusal(pictures, 'a.pdf', 'application/pdf', 'text/html')).toContain('not what it says');
    expect(refusal(pictures, 'a.odt', 'application/vnd.oasis.opendocument.text', 'application/zip')).toBeNull();
  });

  it('knows a media type from other text', () => {
    expect(mediaType('Image/PNG; q=1')).toBe('image/png');
    for (const text of ['', 'image', 'image/', '/png', 'a b/c', 'image/png\r\nx: y', '*/*']) expect(mediaType(text)).toBeNull();
  });
});
