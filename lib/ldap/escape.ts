import { FilterParser } from 'ldapts';

/** RFC 4515 §3: what stands for itself nowhere in a value. Every value that somebody typed goes through here. */
export function escapeFilterValue(value: string): string {
  return value.replace(/[\\*()\0]/g, (sign) => `\\${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** RFC 4514 §2.4: a value inside a DN. */
export function escapeDnValue(value: string): string {
  return value
    .replace(/[\\",+<>;=]/g, (sign) => `\\${sign}`)
    .replaceAll('\0', '\\00')
    .replace(/^[ #]/, (sign) => `\\${sign}`)
    .replace(/ $/, '\\ ');
}

/** RFC 4512 §2.5: a name or an OID, with options. What is none could break out of a filter. */
const ATTRIBUTE = /^(?:[a-z][a-z0-9-]*|\d+(?:\.\d+)+)(?:;[a-z0-9-]+)*$/i;
export const isAttributeName = (text: string): boolean => text.length <= 128 && ATTRIBUTE.test(text);

/** `(attribute=value)`, safely. */
export const equals = (attribute: string, value: string): string => {
  if (!isAttributeName(attribute)) throw new RangeError(`${attribute} is no attribute.`);
  return `(${attribute}=${escapeFilterValue(value)})`;
};
export const startsWith = (attribute: string, value: string): string => `${equals(attribute, value).slice(0, -1)}*)`;

/** The brackets that a filter may be written without. */
export const bracketed = (filter: string): string => (filter.startsWith('(') ? filter : `(${filter})`);

/** Null when it is a filter; else what is wrong. */
export function filterProblem(filter: string): string | null {
  if (filter.length > 4_000) return 'It is longer than 4,000 characters.';
  try {
    FilterParser.parseString(bracketed(filter));
    // The parser is content with what follows the first filter.
    return isBalanced(bracketed(filter)) ? null : 'Its brackets do not match.';
  } catch {
    return 'It is no LDAP filter (RFC 4515), such as (objectClass=person).';
  }
}

function isBalanced(filter: string): boolean {
  let depth = 0;
  for (let at = 0; at < filter.length; at++) {
    if (filter[at] === '(') depth++;
    else if (filter[at] === ')') depth--;
    if (depth === 0 && at < filter.length - 1) return false;
  }
  return depth === 0;
}

/** A DN well enough to be sent: pairs of attribute and value. */
export function dnProblem(dn: string): string | null {
  if (dn.length > 2_000) return 'It is longer than 2,000 characters.';
  const parts = dn.split(/(?<!\\)[,+]/);
  const isPair = (part: string) => /^\s*(?:[a-z][a-z0-9-]*|\d+(?:\.\d+)*)\s*=\s*.+$/is.test(part);
  return parts.every(isPair) ? null : 'It is no distinguished name, such as ou=People,dc=example,dc=com.';
}
