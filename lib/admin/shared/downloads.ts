import type { Fault } from '../../kernel/faults.ts';
import { ok, type Result, refuse } from '../../kernel/result.ts';
import { adminFaults } from './faults.ts';
import type { DownloadShape } from './fields.ts';
import type { Viewer } from './viewer.ts';

/** Exports under way: one per person and four per node (limits §3.4). Closing the connection ends one. */
export function createDownloads(): (viewer: Viewer, value: unknown) => Result<unknown, Fault> {
  const perViewer = 1;
  const perNode = 4;
  const running = new Map<string, number>();
  let all = 0;

  async function* counted(key: string, chunks: AsyncIterable<string>): AsyncIterable<string> {
    running.set(key, (running.get(key) ?? 0) + 1);
    all++;
    try {
      yield* chunks;
    } finally {
      all--;
      const left = (running.get(key) ?? 1) - 1;
      if (left > 0) running.set(key, left);
      else running.delete(key);
    }
  }

  return (viewer, value) => {
    if (!isDownload(value)) return ok(value);
    const key = `${viewer.kind}:${viewer.id}`;
    if ((running.get(key) ?? 0) >= perViewer || all >= perNode) return refuse(adminFaults.exportRunning());
    return ok({ ...value, chunks: counted(key, value.chunks) });
  };
}

const isDownload = (value: unknown): value is DownloadShape =>
  typeof value === 'object' && value !== null && 'chunks' in value && 'mediaType' in value;
