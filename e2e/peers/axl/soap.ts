/** As much XML as the requests of a synchroniser hold: elements, attributes, text. */
export interface Node {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: Node[];
  text: string;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const plain = (text: string): string => text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => entities[name] ?? '');
export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);

export function parse(xml: string): Node {
  const root: Node = { name: '', attributes: {}, children: [], text: '' };
  const stack = [root];
  for (const match of xml.replace(/<\?[\s\S]*?\?>/g, '').matchAll(/<(\/?)([\w.:-]+)([^<>]*?)(\/?)>|([^<]+)/g)) {
    const top = stack.at(-1);
    if (top === undefined) throw new Error('not well-formed');
    const [, slash, tag = '', rest = '', empty, text] = match;
    if (text !== undefined) top.text += plain(text);
    else if (slash) {
      if (stack.length < 2) throw new Error('not well-formed');
      stack.pop();
    } else {
      const node: Node = { name: tag.replace(/^.*:/, ''), attributes: {}, children: [], text: '' };
      for (const [, key = '', value = ''] of rest.matchAll(/([\w.:-]+)\s*=\s*"([^"]*)"/g)) node.attributes[key] = plain(value);
      top.children.push(node);
      if (!empty) stack.push(node);
    }
  }
  if (stack.length !== 1) throw new Error('not well-formed');
  return root;
}
export const child = (node: Node | undefined, name: string): Node | undefined => node?.children.find((one) => one.name === name);
export const textOf = (node: Node | undefined, name: string): string | undefined => child(node, name)?.text.trim();

/** Objects become nested elements; what is empty becomes an empty element. */
export function write(name: string, value: unknown): string {
  if (value !== null && typeof value === 'object')
    return `<${name}>${Object.entries(value)
      .map(([key, inner]) => write(key, inner))
      .join('')}</${name}>`;
  return value === '' || value === undefined ? `<${name}/>` : `<${name}>${escaped(String(value))}</${name}>`;
}
export const envelope = (body: string): string =>
  `<?xml version='1.0' encoding='UTF-8'?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;
