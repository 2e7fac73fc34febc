/** An element as a test looks at it. `name` is as written, with its prefix. */
export interface XmlElement {
  readonly name: string;
  readonly attrs: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Character data directly inside. */
  readonly text: string;
  /** The bytes as they came. */
  readonly source: string;
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

export const unescapeXml = (text: string): string =>
  text.replace(/&(#x[0-9a-fA-F]+|#\d+|\w+);/g, (whole, name: string) => {
    if (name.startsWith('#x')) return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
    if (name.startsWith('#')) return String.fromCodePoint(Number(name.slice(1)));
    return entities[name] ?? whole;
  });

export const escapeXml = (text: string): string =>
  text.replace(/[<>&'"]/g, (char) => `&${Object.keys(entities).find((name) => entities[name] === char)};`);

export function child(element: XmlElement | undefined, name: string, ns?: string): XmlElement | undefined {
  return element?.children.find((candidate) => candidate.name === name && (ns === undefined || candidate.attrs.xmlns === ns));
}

export const childText = (element: XmlElement | undefined, name: string): string => child(element, name)?.text ?? '';

/** The first element with this name, however deep. */
export function find(element: XmlElement, name: string): XmlElement | undefined {
  for (const candidate of element.children) {
    if (candidate.name === name) return candidate;
    const deeper = find(candidate, name);
    if (deeper) return deeper;
  }
  return undefined;
}

interface Open {
  name: string;
  attrs: Record<string, string>;
  children: XmlElement[];
  text: string;
  start: number;
}

export type StreamPart =
  | { readonly is: 'open'; readonly attrs: Readonly<Record<string, string>> }
  | { readonly is: 'element'; readonly element: XmlElement }
  | { readonly is: 'close' };

/**
 * Cuts an incoming stream into its header, top-level elements and end. It is for reading what a server under test wrote, so it is lenient; that
 * the server writes well-formed XML is asserted by the real clients, whose parsers are strict.
 */
export function createStreamReader(): (chunk: string) => StreamPart[] {
  let text = '';
  let at = 0;
  const stack: Open[] = [];
  return (chunk) => {
    text += chunk;
    const parts: StreamPart[] = [];
    for (;;) {
      const next = text.indexOf('<', at);
      if (next < 0) break;
      const end = endOfTag(text, next);
      if (end < 0) break;
      const top = stack.at(-1);
      if (top && next > at) top.text += unescapeXml(text.slice(at, next));
      const tag = text.slice(next + 1, end);
      at = end + 1;
      if (tag.startsWith('?')) continue;
      if (tag === '/stream:stream') {
        parts.push({ is: 'close' });
      } else if (tag.startsWith('stream:stream')) {
        parts.push({ is: 'open', attrs: attributes(tag) });
      } else if (tag.startsWith('/')) {
        const open = stack.pop();
        if (open) close(open, stack, text.slice(open.start, at), parts);
      } else {
        const open: Open = { name: /^[^\s/]+/.exec(tag)![0], attrs: attributes(tag), children: [], text: '', start: next };
        if (tag.endsWith('/')) close(open, stack, text.slice(next, at), parts);
        else stack.push(open);
      }
      if (stack.length === 0) {
        text = text.slice(at);
        at = 0;
      }
    }
    return parts;
  };
}

function close(open: Open, stack: Open[], source: string, parts: StreamPart[]): void {
  const { name, attrs, children, text } = open;
  const element: XmlElement = { name, attrs, children, text, source };
  const parent = stack.at(-1);
  if (parent) parent.children.push(element);
  else parts.push({ is: 'element', element });
}

/** The position of the `>` that ends the tag at `start`; quotes may hold others. */
function endOfTag(text: string, start: number): number {
  let quote = '';
  for (let index = start + 1; index < text.length; index++) {
    const char = text[index]!;
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === "'" || char === '"') quote = char;
    else if (char === '>') return index;
  }
  return -1;
}

function attributes(tag: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const match of tag.matchAll(/([^\s=/]+)\s*=\s*(?:'([^']*)'|"([^"]*)")/g)) found[match[1]!] = unescapeXml(match[2] ?? match[3] ?? '');
  return found;
}
