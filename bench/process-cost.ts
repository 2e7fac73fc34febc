import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** What a process tree has cost so far and weighs now. */
export interface Cost {
  /** User and system time of all processes, the ended ones that were waited for included, in seconds. */
  readonly cpuSeconds: number;
  /** Memory, shared pages divided among those who share them, in KiB. */
  readonly pssKiB: number;
  readonly rssKiB: number;
  readonly processes: number;
}

/** USER_HZ: 100 on every Linux that Node 20 runs on. */
const ticksPerSecond = 100;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the name in parentheses and may hold blanks.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const at = (index: number) => Number(fields[index]);
    // proc(5): utime, stime, cutime, cstime are fields 14 to 17; state, the first after the name, is field 3.
    return { pid, parent: at(1), ticks: at(11) + at(12) + at(13) + at(14) };
  } catch {
    return null;
  }
}

function memoryOf(pid: number): { pss: number; rss: number } {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
    const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
    return { pss: field('Pss'), rss: field('Rss') };
  } catch {
    return { pss: 0, rss: 0 };
  }
}

/** The trees under `roots`, read from /proc. A root that is gone costs nothing more. */
export function costOf(roots: readonly number[], withMemory = false): Cost {
  if (!existsSync('/proc/self/stat')) throw new Error('the benchmark reads /proc, so it needs Linux');
  const children = new Map<number, Stat[]>();
  const all = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = statOf(Number(name));
    if (!stat) continue;
    all.set(stat.pid, stat);
    const siblings = children.get(stat.parent);
    if (siblings) siblings.push(stat);
    else children.set(stat.parent, [stat]);
  }
  const seen = new Set<number>();
  let ticks = 0;
  let pss = 0;
  let rss = 0;
  const visit = (stat: Stat) => {
    if (seen.has(stat.pid)) return;
    seen.add(stat.pid);
    ticks += stat.ticks;
    if (withMemory) {
      const memory = memoryOf(stat.pid);
      pss += memory.pss;
      rss += memory.rss;
    }
    for (const child of children.get(stat.pid) ?? []) visit(child);
  };
  for (const root of roots) {
    const stat = all.get(root);
    if (stat) visit(stat);
  }
  return { cpuSeconds: ticks / ticksPerSecond, pssKiB: pss, rssKiB: rss, processes: seen.size };
}
