import { describe, expect, it } from 'vitest';
import { complianceItems, complianceOf, protocolList, suitesOf } from './compliance.ts';
import type { Protocol } from './router/hooks.ts';

const protocol = (number: string, status: Protocol['status'] = 'complete', note?: string): Protocol => ({
  number,
  title: number,
  version: '1',
  status,
  ...(note === undefined ? {} : { note }),
});
const verdict = (feature: string, ...protocols: Protocol[]) => complianceOf(protocols).find((row) => row.feature === feature)?.verdict;

describe('the compliance suites', () => {
  it('count a feature when all it needs is complete, and say what is missing', () => {
    expect(verdict('Group chat')).toBe('no');
    expect(verdict('Group chat', protocol('XEP-0045'))).toBe('partial');
    expect(verdict('Group chat', protocol('XEP-0045'), protocol('XEP-0249'))).toBe('yes');
    expect(verdict('Group chat', protocol('XEP-0045', 'partial'), protocol('XEP-0249'))).toBe('partial');
    expect(complianceOf([protocol('XEP-0045')]).find((row) => row.feature === 'Group chat')?.lacks).toEqual(['XEP-0249']);
  });

  it('read parts of a document and documents named together', () => {
    expect(verdict('TLS', protocol('RFC 7590, RFC 9999'))).toBe('yes');
    expect(
      complianceOf([protocol('RFC 6121 §2'), protocol('RFC 6121 §3', 'partial')]).find((row) => row.needs[0] === 'RFC 6121')?.verdict,
    ).toBe('partial');
  });

  it('give no advanced level without the core level', () => {
    const advanced = complianceItems.filter((one) => one.suite === 'Mobile' && one.level === 'advanced').flatMap((one) => one.needs);
    const rows = complianceOf(advanced.map((number) => protocol(number)));
    expect(suitesOf(rows).find((one) => one.suite === 'Mobile')).toEqual({ suite: 'Mobile', core: 'no', advanced: 'partial' });
    const all = complianceOf(complianceItems.flatMap((one) => one.needs).map((number) => protocol(number)));
    expect(suitesOf(all).every((one) => one.core === 'yes' && one.advanced === 'yes')).toBe(true);
  });
});

it('lists each protocol once, in order, with the weakest status and all notes', () => {
  const list = protocolList([protocol('XEP-0313', 'complete', 'People.'), protocol('XEP-0030'), protocol('XEP-0313', 'partial', 'Rooms.')]);
  expect(list.map((one) => `${one.number} ${one.status} ${one.note ?? ''}`)).toEqual([
    'XEP-0030 complete ',
    'XEP-0313 partial People. Rooms.',
  ]);
});
