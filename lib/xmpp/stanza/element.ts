/**
 * One XML element, namespaces resolved. `attrs` holds unprefixed attributes by name and `xml:lang` under that name; other prefixed attributes are
 * kept under `{namespace}name`. Only what `serialize` writes ever leaves the server: raw input is never forwarded.
 */
export type Child = Element | string;

export class Element {
  constructor(
    readonly name: string,
    readonly ns: string,
    readonly attrs: Record<string, string> = {},
    readonly children: Child[] = [],
  ) {}

  /** First child element with this name (and namespace, if given). */
  child(name: string, ns?: string): Element | undefined {
    for (const c of this.children) if (typeof c !== 'string' && c.name === name && (ns === undefined || c.ns === ns)) return c;
    return undefined;
  }
  childNs(ns: string): Element | undefined {
    for (const c of this.children) if (typeof c !== 'string' && c.ns === ns) return c;
    return undefined;
  }
  elements(): Element[] {
    return this.children.filter((c): c is Element => typeof c !== 'string');
  }
  /** The character data directly inside. */
  text(): string {
    let s = '';
    for (const c of this.children) if (typeof c === 'string') s += c;
    return s;
  }
}

/** Builds an element; children without namespace of their own share the parent's (pass `ns` explicitly to differ). */
export const el = (name: string, ns: string, attrs: Record<string, string> = {}, ...children: Child[]): Element =>
  new Element(name, ns, attrs, children);
