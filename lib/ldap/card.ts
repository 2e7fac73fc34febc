import type { LinkedAccount } from './ports.ts';

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const field = (name: string, text: string): string => (text === '' ? '' : `<${name}>${escaped(text)}</${name}>`);

/** PNG, GIF and JPEG; anything else is no picture that clients show. */
function typeOf(photo: Buffer): string | null {
  if (photo.subarray(0, 4).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47]))) return 'image/png';
  if (photo.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg';
  return photo.subarray(0, 4).toString('latin1') === 'GIF8' ? 'image/gif' : null;
}

/** A vCard (XEP-0054) of what the directory says of somebody. */
export function directoryCard({ person, photo }: { readonly person: LinkedAccount; readonly photo: Buffer | null }): string {
  const at = person.name.lastIndexOf(' ');
  const given = at < 0 ? person.name : person.name.slice(0, at);
  const family = at < 0 ? '' : person.name.slice(at + 1);
  const type = photo === null ? null : typeOf(photo);
  return [
    "<vCard xmlns='vcard-temp'>",
    field('FN', person.name),
    `<N>${field('FAMILY', family)}${field('GIVEN', given)}</N>`,
    field('NICKNAME', person.userId),
    person.mail === '' ? '' : `<EMAIL><INTERNET/>${field('USERID', person.mail)}</EMAIL>`,
    person.phone === '' ? '' : `<TEL><WORK/><VOICE/>${field('NUMBER', person.phone)}</TEL>`,
    field('TITLE', person.title),
    person.department === '' ? '' : `<ORG><ORGNAME/>${field('ORGUNIT', person.department)}</ORG>`,
    field('JABBERID', person.bare),
    photo === null || type === null ? '' : `<PHOTO>${field('TYPE', type)}${field('BINVAL', photo.toString('base64'))}</PHOTO>`,
    '</vCard>',
  ].join('');
}
