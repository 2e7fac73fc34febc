import type { NodeView } from './index.ts';

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`;
const list = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;

/** The picture in words: what somebody who does not see it has to know, the worst first. */
export function topologySentences(
  nodes: readonly NodeView[],
  facts: { readonly isAlone: boolean; readonly isHearing: boolean },
): { readonly tone: 'good' | 'bad' | 'neutral'; readonly text: string }[] {
  if (facts.isAlone)
    return [
      {
        tone: 'neutral',
        text: 'This node is alone. With a common PostgreSQL and NATS, more nodes can join it; then they are shown here.',
      },
    ];
  const said: { tone: 'good' | 'bad' | 'neutral'; text: string }[] = [];
  if (!facts.isHearing)
    said.push({ tone: 'bad', text: 'This node has lost its connection to NATS, so what it shows of the others may be old.' });
  for (const node of nodes) if (node.state === 'gone') said.push({ tone: 'bad', text: `${node.name} is gone. ${node.why}` });
  for (const node of nodes)
    if (node.state !== 'gone' && node.state !== 'stopped' && node.database === 'down')
      said.push({ tone: 'bad', text: `${node.name} cannot reach the database.` });
  for (const node of nodes)
    if (node.state !== 'gone' && node.down.length > 0)
      said.push({
        tone: 'bad',
        text: `On ${node.name} ${list(node.down.map(({ service }) => service))} ${node.down.length === 1 ? 'does' : 'do'} not run.`,
      });
  const up = nodes.filter(({ state }) => state === 'up');
  const people = up.reduce((sum, { users }) => sum + users, 0);
  const publisher = nodes.find(({ role }) => role === 'publisher');
  said.push({
    tone: said.length === 0 ? 'good' : 'neutral',
    text: `${count(up.length, 'node')} of ${nodes.length} ${up.length === 1 ? 'is' : 'are'} up, with ${count(people, 'person').replace('persons', 'people')} online.${publisher ? ` ${publisher.name} is the publisher.` : ''}`,
  });
  const moving = nodes.filter(({ state }) => state === 'joining' || state === 'draining');
  for (const node of moving)
    said.push({ tone: 'neutral', text: `${node.name} is ${node.state === 'joining' ? 'joining' : 'stopping'}. ${node.why}` });
  const away = nodes.filter(({ state }) => state === 'stopped');
  if (away.length > 0)
    said.push({ tone: 'neutral', text: `${list(away.map(({ name }) => name))} ${away.length === 1 ? 'was' : 'were'} stopped.` });
  return said;
}
