'use client';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { Switch } from '../primitives/choice.tsx';
import { Kbd } from '../primitives/code.tsx';
import { Dialog } from '../primitives/dialog.tsx';

/**
 * One listener for all keys. A single letter or `g` with a letter works only outside fields and can be turned off
 * (WCAG 2.1.4); `mod+…` is Ctrl or ⌘ and works everywhere, also in fields.
 */
export interface Shortcut {
  /** `/`, `?`, `j`, `g u`, `mod+k`, `Enter`, `Escape`. */
  readonly keys: string;
  readonly says: string;
  readonly group?: string;
  /** False lets the key pass on. */
  readonly run: (event: KeyboardEvent) => unknown;
}
interface Keys {
  add(shortcut: Shortcut): () => void;
  readonly lettersOn: boolean;
  setLettersOn(on: boolean): void;
  showList(): void;
}
const KeysContext = createContext<Keys | null>(null);
const STORED = 'rollcall.letter-keys';
const SEQUENCE_MS = 1200;

export function KeyboardProvider({ children }: { children: ReactNode }) {
  const shortcuts = useRef(new Map<string, Shortcut[]>());
  const [lettersOn, setOn] = useState(true);
  const [listed, setListed] = useState<readonly Shortcut[] | null>(null);
  const on = useRef(true);

  const setLettersOn = useCallback((next: boolean) => {
    on.current = next;
    setOn(next);
    try {
      localStorage.setItem(STORED, next ? 'on' : 'off');
    } catch {
      // No storage (private mode): the choice lasts for this page.
    }
  }, []);
  const showList = useCallback(() => setListed([...shortcuts.current.values()].flatMap((each) => each.slice(-1))), []);

  useEffect(() => {
    try {
      if (localStorage.getItem(STORED) === 'off') {
        on.current = false;
        setOn(false);
      }
    } catch {
      // No storage: letters stay on.
    }
    let first = '';
    let firstAt = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.altKey) return;
      const mod = event.ctrlKey || event.metaKey;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const name = mod ? `mod+${key}` : key;
      if (!mod) {
        if (isTyping(event.target)) return;
        if (key.length === 1 && !on.current) return;
        // Dialogs and menus own the keyboard while they are open.
        if (document.querySelector('[role="dialog"][data-state="open"],[role="menu"][data-state="open"]')) return;
      }
      const inTime = first !== '' && event.timeStamp - firstAt < SEQUENCE_MS;
      const sequence = inTime ? `${first} ${name}` : '';
      first = '';
      const taken = (sequence ? shortcuts.current.get(sequence) : undefined) ?? shortcuts.current.get(name);
      if (taken && taken.length > 0) {
        if (taken.at(-1)?.run(event) !== false) event.preventDefault();
        return;
      }
      if (!mod && key === 'g') {
        first = 'g';
        firstAt = event.timeStamp;
      } else if (key === '?') {
        event.preventDefault();
        showList();
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [showList]);

  const add = useCallback((shortcut: Shortcut) => {
    const stack = shortcuts.current.get(shortcut.keys) ?? [];
    shortcuts.current.set(shortcut.keys, [...stack, shortcut]);
    return () => {
      const left = (shortcuts.current.get(shortcut.keys) ?? []).filter((each) => each !== shortcut);
      if (left.length > 0) shortcuts.current.set(shortcut.keys, left);
      else shortcuts.current.delete(shortcut.keys);
    };
  }, []);
  const keys = useMemo<Keys>(() => ({ add, lettersOn, setLettersOn, showList }), [add, lettersOn, setLettersOn, showList]);

  return (
    <KeysContext value={keys}>
      {children}
      <ShortcutList shortcuts={listed} onClose={() => setListed(null)} lettersOn={lettersOn} setLettersOn={setLettersOn} />
    </KeysContext>
  );
}

export function useKeys(): Keys {
  const keys = useContext(KeysContext);
  if (!keys) throw new Error('useKeys needs the KeyboardProvider of the shell around it.');
  return keys;
}

/** Adds a key while the component is on screen. The latest one added wins. */
export function useShortcut(keys: string, says: string, run: Shortcut['run'], options?: { group?: string; enabled?: boolean }): void {
  const context = useContext(KeysContext);
  const latest = useRef(run);
  latest.current = run;
  const group = options?.group ?? 'This page';
  const enabled = options?.enabled ?? true;
  const add = context?.add;
  useEffect(() => {
    if (!enabled || !add) return;
    return add({ keys, says, group, run: (event) => latest.current(event) });
  }, [add, keys, says, group, enabled]);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable ||
    ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) ||
    target.closest('[role="combobox"],[role="menu"]') !== null
    ? !(target instanceof HTMLInputElement && ['checkbox', 'radio', 'button'].includes(target.type))
    : false;
}

function ShortcutList({
  shortcuts,
  onClose,
  lettersOn,
  setLettersOn,
}: {
  shortcuts: readonly Shortcut[] | null;
  onClose: () => void;
  lettersOn: boolean;
  setLettersOn: (on: boolean) => void;
}) {
  const groups = new Map<string, Shortcut[]>();
  for (const each of shortcuts ?? []) groups.set(each.group ?? 'This page', [...(groups.get(each.group ?? 'This page') ?? []), each]);
  return (
    <Dialog open={shortcuts !== null} onOpenChange={onClose} title="Keyboard" purpose="Keys work outside text fields.">
      <div className="mb-4 flex items-center justify-between gap-4">
        <span className="text-body text-strong">Keys of a single letter</span>
        <Switch label="Keys of a single letter" checked={lettersOn} onCheckedChange={setLettersOn} />
      </div>
      {[...groups].map(([group, each]) => (
        <section key={group} className="mb-4">
          <h3 className="mb-1 text-table text-quiet">{group}</h3>
          <dl className="grid grid-cols-[1fr_auto] gap-x-4 gap-y-1">
            {each.map((shortcut) => (
              <div key={shortcut.keys} className="contents">
                <dt>{shortcut.says}</dt>
                <dd className="flex justify-end gap-1">
                  {shortcut.keys.split(/[ +]/).map((key) => (
                    <Kbd key={key}>{key === 'mod' ? 'Ctrl/⌘' : key === ' ' ? 'Space' : key}</Kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
