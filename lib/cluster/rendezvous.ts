import type { NodeName } from './ports.ts';

/** FNV-1a with a last stir: names that differ in their last letter must not fall alike. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The node with the highest draw for this name: when one comes or goes, only what it wins or had moves. */
export function rendezvous(name: string, nodes: Iterable<NodeName>): NodeName | null {
  let best: NodeName | null = null;
  let highest = -1;
  for (const node of nodes) {
    const draw = hash(`${node}\n${name}`);
    if (draw > highest || (draw === highest && best !== null && node < best)) {
      highest = draw;
      best = node;
    }
  }
  return best;
}
