/**
 * XEP-0313 §4.1.1: a bare JID in `with` matches every resource, a full one only itself. Rows keep the bare peer; the resource is
 * read from the stanza's own `from` and `to`.
 */
export function resourceMarks(full: string): string[] {
  const text = full
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
  const forms = new Set([text, text.replaceAll('&gt;', '>'), text.replaceAll('&apos;', "'")]);
  return [...forms].flatMap((form) => ['from', 'to'].flatMap((name) => [`${name}="${form}"`, `${name}='${form}'`]));
}
