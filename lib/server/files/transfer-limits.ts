import type { FilesValues } from '../../config/schema/index.ts';
import type { Live } from '../../kernel/live.ts';

export interface TransferLimits {
  /** A place, or the HTTP status to refuse with. */
  enter(address: string): { leave(): void } | 429 | 503;
  readonly running: number;
}

/** Counts what is under way, in all and per network address. */
export function createTransferLimits(settings: Live<Pick<FilesValues, 'transfersAtOnce' | 'transfersPerAddress'>>): TransferLimits {
  const perAddress = new Map<string, number>();
  let running = 0;
  return {
    get running() {
      return running;
    },
    enter(address) {
      const { transfersAtOnce, transfersPerAddress } = settings.get();
      if (running >= transfersAtOnce) return 503;
      const own = perAddress.get(address) ?? 0;
      if (transfersPerAddress > 0 && own >= transfersPerAddress) return 429;
      running++;
      perAddress.set(address, own + 1);
      let isIn = true;
      return {
        leave() {
          if (!isIn) return;
          isIn = false;
          running--;
          const left = (perAddress.get(address) ?? 1) - 1;
          if (left > 0) perAddress.set(address, left);
          else perAddress.delete(address);
        },
      };
    },
  };
}
