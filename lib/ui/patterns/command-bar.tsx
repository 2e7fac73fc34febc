'use client';
import { Command } from 'cmdk';
import { useRouter } from 'next/navigation';
import { Dialog as Radix } from 'radix-ui';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { useShortcut } from '../hooks/keyboard.tsx';
import { useFocusBack } from '../primitives/dialog.tsx';
import { matchScore } from './command-score.ts';

/** One definition of an action feeds button, row menu and command bar. */
export interface CommandItem {
  readonly id: string;
  readonly label: string;
  /** "Pages", "Settings", "Users", "Actions". */
  readonly group: string;
  readonly note?: string;
  readonly keywords?: readonly string[];
  /** Where it leads, or what it does. */
  readonly href?: string;
  readonly run?: () => void;
}
interface Bar {
  open(): void;
  add(items: readonly CommandItem[]): () => void;
}
const BarContext = createContext<Bar | null>(null);

/** `items` are always there; `search` asks the server (users, settings) and gets what was typed. Opens with `/` and Ctrl/⌘ K. */
export function CommandBarProvider({
  items,
  search,
  children,
}: {
  items: readonly CommandItem[];
  search?: (text: string) => Promise<readonly CommandItem[]>;
  children: ReactNode;
}) {
  const [open, setOpen] = useState(false);
  const focusBack = useFocusBack();
  const [pageItems, setPageItems] = useState<readonly (readonly CommandItem[])[]>([]);
  const show = useCallback(() => setOpen(true), []);
  const add = useCallback((more: readonly CommandItem[]) => {
    setPageItems((was) => [more, ...was]);
    return () => setPageItems((was) => was.filter((each) => each !== more));
  }, []);
  const bar = useMemo<Bar>(() => ({ open: show, add }), [show, add]);
  useShortcut('/', 'Search and commands', show, { group: 'Everywhere' });
  useShortcut('mod+k', 'Search and commands', show, { group: 'Everywhere' });
  const all = useMemo(() => [...pageItems.flat(), ...items], [pageItems, items]);
  return (
    <BarContext value={bar}>
      {children}
      <Radix.Root open={open} onOpenChange={setOpen}>
        <Radix.Portal>
          <Radix.Overlay className="fixed inset-0 z-40 animate-appear bg-scrim" />
          <Radix.Content
            {...focusBack}
            data-edge
            aria-describedby={undefined}
            className="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 animate-appear overflow-hidden rounded-panel bg-panel shadow-float"
          >
            <Radix.Title className="sr-only">Search and commands</Radix.Title>
            <Results items={all} search={search} onDone={() => setOpen(false)} />
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </BarContext>
  );
}

export function useCommandBar(): Bar {
  const bar = useContext(BarContext);
  if (!bar) throw new Error('useCommandBar needs the CommandBarProvider of the shell around it.');
  return bar;
}
/** Adds the actions of a page while it is on screen. Keep `items` stable (useMemo or a constant). */
export function useCommands(items: readonly CommandItem[]): void {
  const add = useContext(BarContext)?.add;
  useEffect(() => add?.(items), [add, items]);
}

function Results({
  items,
  search,
  onDone,
}: {
  items: readonly CommandItem[];
  search: ((text: string) => Promise<readonly CommandItem[]>) | undefined;
  onDone: () => void;
}) {
  const router = useRouter();
  const [text, setText] = useState('');
  const [found, setFound] = useState<readonly CommandItem[]>([]);
  const [asking, setAsking] = useState(false);
  const asked = useRef(0);
  useEffect(() => {
    const wanted = text.trim();
    const ticket = ++asked.current;
    if (!search || wanted.length < 2) {
      setFound([]);
      setAsking(false);
      return;
    }
    setAsking(true);
    const timer = setTimeout(async () => {
      try {
        const answer = await search(wanted);
        if (ticket === asked.current) setFound(answer);
      } finally {
        if (ticket === asked.current) setAsking(false);
      }
    }, 150);
    return () => clearTimeout(timer);
  }, [text, search]);
  const groups = new Map<string, CommandItem[]>();
  for (const item of [...items, ...found]) groups.set(item.group, [...(groups.get(item.group) ?? []), item]);
  const take = (item: CommandItem) => {
    onDone();
    if (item.run) item.run();
    else if (item.href) router.push(item.href);
  };
  return (
    <Command
      label="Search and commands"
      loop
      filter={(value, typed, keywords) => matchScore(`${value} ${keywords?.join(' ') ?? ''}`, typed)}
    >
      <Command.Input
        value={text}
        onValueChange={setText}
        placeholder="Pages, settings, users, actions"
        className="h-12 w-full border-b border-soft bg-transparent px-4 text-card text-strong outline-none"
      />
      <Command.List className="max-h-[50vh] overflow-y-auto p-1">
        <Command.Empty className="px-4 py-6 text-center text-body text-quiet">
          {asking ? 'Searching…' : 'Nothing found. Search by page, setting, user id, name or address.'}
        </Command.Empty>
        {[...groups].map(([group, each]) => (
          <Command.Group
            key={group}
            heading={group}
            className="[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-meta [&_[cmdk-group-heading]]:text-quiet"
          >
            {each.map((item) => (
              <Command.Item
                key={item.id}
                value={`${item.label} ${item.id}`}
                keywords={[...(item.keywords ?? []), ...(found.includes(item) ? [text] : [])]}
                onSelect={() => take(item)}
                className="flex min-h-9 cursor-pointer flex-wrap items-center gap-x-3 rounded-control px-3 py-1.5 text-body text-ink data-[selected=true]:bg-sunken data-[selected=true]:text-strong forced-colors:data-[selected=true]:outline-2"
              >
                <span className="wrap-anywhere">{item.label}</span>
                {item.note ? <span className="ml-auto text-table text-quiet wrap-anywhere">{item.note}</span> : null}
              </Command.Item>
            ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command>
  );
}
