import { useId } from 'react';
import { countOf } from '@/lib/ui/format.ts';
import { type Tone, toneValue } from '@/lib/ui/tone.ts';
import { delayWords, type NodeRow, states } from './words.ts';

const WIDTH = 320;
const ROW = 62;
const TOP = 30;
/** Where the two things that all nodes share stand. */
const NATS = 226;
const DATABASE = 290;

const tones: Readonly<Record<NodeRow['state'], Tone>> = { up: 'ok', joining: 'info', draining: 'info', gone: 'fault', stopped: 'idle' };

/** Every node with its way to NATS and to the database. Whoever does not see it hears the sentences. */
export function Picture({ nodes, sentences }: { nodes: readonly NodeRow[]; sentences: readonly string[] }) {
  const id = useId();
  const height = TOP + nodes.length * ROW + 4;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-labelledby={`${id}-title ${id}-says`} className="block h-auto w-full max-w-xl">
      <title id={`${id}-title`}>The nodes, NATS and the database</title>
      <desc id={`${id}-says`}>{sentences.join(' ')}</desc>
      <Pillar x={NATS} height={height} label="NATS" />
      <Pillar x={DATABASE} height={height} label="PostgreSQL" />
      {nodes.map((node, index) => (
        <NodeRowPicture key={node.name} node={node} y={TOP + index * ROW} />
      ))}
    </svg>
  );
}

function Pillar({ x, height, label }: { x: number; height: number; label: string }) {
  return (
    <>
      <text x={x} y={14} textAnchor="middle" fontSize="10" fill="var(--ink-quiet)">
        {label}
      </text>
      <rect x={x - 3} y={22} width={6} height={height - 26} rx={3} fill="var(--line-firm)" />
    </>
  );
}

function NodeRowPicture({ node, y }: { node: NodeRow; y: number }) {
  const colour = toneValue[tones[node.state]];
  const middle = y + 24;
  const isThere = node.state !== 'gone' && node.state !== 'stopped';
  const reachesDatabase = isThere && node.database === 'up';
  const name = node.name.length > 22 ? `${node.name.slice(0, 21)}…` : node.name;
  return (
    <g>
      <line x1={160} y1={middle} x2={NATS} y2={middle} stroke={colour} strokeWidth={2} strokeDasharray={isThere ? 'none' : '3 4'} />
      <line
        x1={NATS}
        y1={middle}
        x2={DATABASE}
        y2={middle}
        stroke={reachesDatabase ? colour : toneValue[isThere ? 'fault' : 'idle']}
        strokeWidth={2}
        strokeDasharray={reachesDatabase ? 'none' : '3 4'}
      />
      {isThere ? <circle cx={NATS} cy={middle} r={5} fill={colour} /> : null}
      {reachesDatabase ? <circle cx={DATABASE} cy={middle} r={5} fill={colour} /> : null}
      <rect x={1} y={y} width={160} height={48} rx={6} fill="var(--surface-panel)" stroke={colour} strokeWidth={node.self ? 2.5 : 1.5} />
      <text x={11} y={y + 19} fontSize="12" fontWeight="600" fill="var(--ink-strong)">
        {name}
      </text>
      <text x={11} y={y + 36} fontSize="10.5" fill="var(--ink-quiet)">
        {isThere ? `${states[node.state].word}, ${countOf(node.users, 'person', 'people')}` : states[node.state].word}
      </text>
      {isThere ? (
        <text x={193} y={middle - 6} textAnchor="middle" fontSize="9" fill="var(--ink-quiet)">
          {node.self ? 'here' : delayWords(node)}
        </text>
      ) : null}
    </g>
  );
}
