const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
export const escapeXml = (text: string): string => text.replace(/[&<>"']/g, (c) => escapes[c] ?? c);

export const tag = (name: string, text: string | number): string => `<${name}>${escapeXml(String(text))}</${name}>`;
/** AXL: tags without content in `returnedTags` are what the answer shall hold. */
export const returned = (names: readonly string[]): string => `<returnedTags>${names.map((name) => `<${name}/>`).join('')}</returnedTags>`;

export const envelope = (version: string, operation: string, inner: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:ns="http://www.cisco.com/AXL/API/${version}"><soapenv:Header/><soapenv:Body><ns:${operation}>${inner}</ns:${operation}></soapenv:Body></soapenv:Envelope>`;
