/** What a person needs after the start: where to go, with which name, and what listens. */
export interface BannerFacts {
  readonly version: string;
  readonly nodeName: string;
  readonly domain: string;
  readonly startedInMs: number;
  readonly console: readonly string[];
  readonly adminUsername: string;
  /** Only while the generated one was not changed. */
  readonly adminPassword: string | null;
  readonly listeners: readonly { readonly name: string; readonly address: string }[];
  readonly database: string;
}

export function bannerOf(facts: BannerFacts): string {
  const rows: [string, string][] = [
    ['Console', facts.console.join('  or  ') || 'off (both HTTP ports are 0)'],
    ['Sign in as', facts.adminUsername],
    ['Password', facts.adminPassword ?? 'as you set it'],
    ['IM domain', facts.domain],
    ...facts.listeners.map(({ name, address }): [string, string] => [name, address]),
    ['Database', facts.database],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`);
  return `\nRollcall ${facts.version} runs as node ${facts.nodeName} (started in ${(facts.startedInMs / 1000).toFixed(1)} s)\n\n${lines.join('\n')}\n\n`;
}
