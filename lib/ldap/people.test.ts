import { describe, expect, it } from 'vitest';
import { linkRow } from '../testing/ldap-rows.ts';
import { directoryCard } from './card.ts';
import { personOf, searchFilter, usualAttributes } from './people.ts';

const ad = usualAttributes['active-directory'];

describe('a person of a directory', () => {
  it('is read by the names of the attributes, whatever their letters, with octets as the key', () => {
    const key = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
    const entry = {
      dn: 'cn=Anna,dc=x',
      OBJECTGUID: key,
      samaccountname: 'anna',
      displayName: ['Anna Lopez', 'second'],
      mail: 'anna@example.com',
      'msRTCSIP-PrimaryUserAddress': 'SIP:anna.lopez@example.com',
      userAccountControl: '514',
    };
    expect(personOf(entry, ad)).toEqual({
      key: '00112233445566778899aabbccddeeff',
      dn: 'cn=Anna,dc=x',
      userId: 'anna',
      name: 'Anna Lopez',
      mail: 'anna@example.com',
      uri: 'anna.lopez@example.com',
      phone: '',
      department: '',
      title: '',
      enabled: false,
    });
  });

  it('whose key is text keeps it, and values are cut and cleaned', () => {
    const entry = { dn: 'x', entryUUID: '0F-12', uid: ` bob\u0007 `, cn: 'B'.repeat(5_000), mail: [] as string[] };
    const person = personOf(entry, usualAttributes.generic);
    expect(person).toMatchObject({ key: '0f-12', userId: 'bob', mail: '', enabled: true });
    expect(person.name).toHaveLength(256);
  });

  it('without a name is called by the user ID, and one without anything is nobody', () => {
    expect(personOf({ dn: 'x', uid: 'bob' }, usualAttributes.generic).name).toBe('bob');
    expect(personOf({ dn: 'x' }, usualAttributes.generic)).toMatchObject({ key: '', userId: '' });
  });

  it('is searched by words that mean nothing to the filter', () => {
    const filter = searchFilter(['an)(x=*'], ad, '(objectClass=user)');
    expect(filter.startsWith('(&(objectClass=user)(|(displayName=an\\29\\28x=\\2a*)')).toBe(true);
  });

  it('has a card in which nothing of the directory is markup, and only pictures are pictures', () => {
    const person = {
      ...linkRow(1, { phone: '+1', department: '<b>' }),
      userId: 'anna',
      bare: 'anna@x',
      name: 'Anna & Co',
      mail: 'a@x',
      enabled: true,
    };
    const png = Buffer.from('89504e470d0a1a0a', 'hex');
    const card = directoryCard({ person, photo: png });
    expect(card).toContain('<FN>Anna &amp; Co</FN>');
    expect(card).toContain('<ORGUNIT>&lt;b&gt;</ORGUNIT>');
    expect(card).toContain(`<TYPE>image/png</TYPE><BINVAL>${png.toString('base64')}</BINVAL>`);
    expect(directoryCard({ person, photo: Buffer.from('<svg onload=alert(1)>') })).not.toContain('PHOTO');
  });
});
