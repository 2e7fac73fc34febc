// Help texts of `rollcall`, from the manifest.

const columns = (rows) => {
  const width = Math.min(44, Math.max(0, ...rows.map(([left]) => left.length)));
  return rows
    .map(([left, right]) =>
      right ? (left.length > width ? `  ${left}\n  ${' '.repeat(width)}  ${right}` : `  ${left.padEnd(width)}  ${right}`) : `  ${left}`,
    )
    .join('\n');
};

export function overview(commands) {
  const areas = [...new Set(commands.map((command) => command.words[0]))].sort();
  const rows = areas.map((area) => {
    const verbs = commands.filter((command) => command.words[0] === area);
    const only = verbs.length === 1 && verbs[0].words.length === 1;
    return [
      area,
      only ? verbs[0].summary : [...new Set(verbs.map((command) => command.words.slice(1).join(' ')))].filter(Boolean).join(', '),
    ];
  });
  return `Usage: rollcall AREA VERB [ARGUMENTS] [--json]\n\n${columns(rows)}\n\nHelp on one: rollcall AREA --help, rollcall AREA VERB --help\nData folder: ROLLCALL_DATA_DIR, else data/ beside the program.\n`;
}

export function groupHelp(commands, group) {
  const mine = commands.flatMap((command) =>
    [command.words, ...command.aliases]
      .filter((name) => group.every((word, index) => name[index] === word))
      .map((name) => [name.join(' '), command.summary]),
  );
  return `Usage: rollcall ${group.join(' ')} VERB [ARGUMENTS] [--json]\n\n${columns(mine)}\n`;
}

export function commandHelp(command) {
  const parts = [`${command.summary}\n\nUsage: ${command.usage}`];
  if (command.positionals.length > 0)
    parts.push(
      `Arguments:\n${columns(command.positionals.map((one) => [one.name, one.file ? `${one.help} (a file, or - for standard input)` : one.help]))}`,
    );
  const shared = [['--json', 'Print the answer as JSON']];
  if (command.waits) shared.push(['--no-wait', 'Print the job and do not wait for its end']);
  const flags = command.flags.map((flag) => [
    flag.isSwitch ? `--${flag.canBeOff ? '[no-]' : ''}${flag.flag}` : `--${flag.flag} ${flag.flag.replaceAll('-', '_').toUpperCase()}`,
    flag.required ? `${flag.help} (required)` : flag.help,
  ]);
  parts.push(`Options:\n${columns([...flags, ...shared])}`);
  if (command.aliases.length > 0) parts.push(`Also: ${command.aliases.map((name) => `rollcall ${name.join(' ')}`).join(', ')}`);
  if (command.examples.length > 0) parts.push(`Examples:\n${command.examples.map((example) => `  ${example}`).join('\n')}`);
  return `${parts.join('\n\n')}\n`;
}
