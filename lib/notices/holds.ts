import { escapeAttribute } from '../xmpp/stanza/serialize.ts';

interface KeptMessage {
  readonly xml: string;
}

/** Where messages of people are kept. */
export interface KeptMessages {
  readonly archive: {
    page(query: {
      readonly accountId: number;
      readonly with: string;
      readonly start: number;
      readonly direction: 'backward';
      readonly max: number;
    }): Promise<{ readonly rows: readonly KeptMessage[] }>;
  };
  readonly offline: { read(accountId: number, max: number, after?: string): Promise<readonly (KeptMessage & { readonly uid: string })[]> };
}

const PAGE = 200;

/** Asked for a few people after an interruption, so reading is good enough and no index is kept for it. */
export function createHolds({ archive, offline }: KeptMessages) {
  return async (accountId: number, from: string, id: string, since: number): Promise<boolean> => {
    const mark = ` id='${escapeAttribute(id)}'`;
    const hasIt = ({ xml }: KeptMessage) => xml.slice(0, xml.indexOf('>')).includes(mark);
    const { rows } = await archive.page({ accountId, with: from, start: since, direction: 'backward', max: PAGE });
    if (rows.some(hasIt)) return true;
    for (let after: string | undefined; ; ) {
      const page = await offline.read(accountId, PAGE, after);
      if (page.some(hasIt)) return true;
      if (page.length < PAGE) return false;
      after = page.at(-1)?.uid;
    }
  };
}
