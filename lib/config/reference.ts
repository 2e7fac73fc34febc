import { sections } from './schema/index.ts';
import type { Setting, SettingSection } from './setting.ts';
import { formatSetting } from './setting-text.ts';

const cell = (text: string): string => text.replace(/\|/g, '\\|').replace(/\s*\n\s*/g, ' ');

function range(setting: Setting): string {
  switch (setting.kind) {
    case 'switch':
      return 'on, off';
    case 'count':
    case 'duration':
    case 'size':
    case 'port': {
      const { zero, ...plain } = setting;
      const bounds = `${formatSetting(plain, zero ? Math.max(1, setting.min) : setting.min)} to ${formatSetting(plain, setting.max)}`;
      return zero ? `${bounds}; 0: ${zero}` : bounds;
    }
    case 'choice':
      return setting.options.map((o) => `\`${o.value}\` (${o.label})`).join(', ');
    case 'list':
      return `list, ${setting.maxItems} entries at most`;
    case 'text':
    case 'domain':
      return `text, ${setting.maxLength} characters at most`;
  }
}

/** The reference page of all settings, in markdown; made from the schema, so it cannot be out of date. */
export function renderSettingsReference(): string {
  const parts = [
    '# Settings',
    '',
    'This page is made from the schema in `lib/config/schema`. Settings are changed in the console, by `rollcall settings set KEY VALUE`, by',
    'REST (`PUT /api/v1/settings/KEY`) or by a file named in `ROLLCALL_SETTINGS`. They apply on every node within seconds, without a restart.',
    '',
  ];
  for (const section of Object.values<SettingSection>(sections)) {
    parts.push(
      `## ${section.title}`,
      '',
      section.purpose,
      '',
      '| Setting | Default | Accepts | What it does | Applies | Scope |',
      '|---|---|---|---|---|---|',
    );
    for (const [name, setting] of Object.entries(section.settings)) {
      const warnings = Object.values(setting.warnings ?? {}).join(' ');
      const applies = setting.applies === 'now' ? 'at once' : 'to new sessions';
      const help = `**${setting.label}.** ${setting.help}${warnings ? ` *${warnings}*` : ''}`;
      parts.push(
        `| \`${section.id}.${name}\` | ${cell(formatSetting(setting, setting.default))} | ${cell(range(setting))} | ${cell(help)} | ${applies} | ${setting.scope ?? 'cluster'} |`,
      );
    }
    parts.push('');
  }
  return parts.join('\n');
}
