'use client';
import { Bell, CircleHelp, Menu as MenuIcon, PanelLeftClose, PanelLeftOpen, Search, UserRound } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type ReactNode, useMemo, useState } from 'react';
import type { Permission } from '@/lib/admin/shared/viewer.ts';
import type { Channels } from '@/lib/live/channels.ts';
import { useConnection, useLive } from '@/lib/live/client.ts';
import { cn } from '@/lib/ui/cn.ts';
import { useKeys, useShortcut } from '@/lib/ui/hooks/keyboard.tsx';
import { CommandBarProvider, type CommandItem, useCommandBar } from '@/lib/ui/patterns/command-bar.tsx';
import { LivePill } from '@/lib/ui/patterns/live-pill.tsx';
import { Rail, RailDrawer } from '@/lib/ui/patterns/shell/rail.tsx';
import { SkipLink, TopBar } from '@/lib/ui/patterns/shell/top-bar.tsx';
import { UiProvider } from '@/lib/ui/patterns/shell/ui-provider.tsx';
import { Banner } from '@/lib/ui/primitives/banner.tsx';
import { Button, ButtonLink } from '@/lib/ui/primitives/button.tsx';
import { Link } from '@/lib/ui/primitives/link.tsx';
import { Menu, type MenuItem } from '@/lib/ui/primitives/menu.tsx';
import { Tooltip } from '@/lib/ui/primitives/tooltip.tsx';
import { type Density, densityCookie, railCookie, rememberChoice, type Theme, themeCookie } from '../theme.ts';
import { type Area, areasFor } from './areas.tsx';
import { searchConsole } from './search-action.ts';
import { signOut } from './sign-out.ts';

export interface ShellProps {
  clusterName: string;
  viewer: { name: string; role: string; permissions: readonly Permission[]; mustChangePassword: boolean; mustSetUpSecondFactor: boolean };
  theme: Theme;
  density: Density;
  collapsed: boolean;
  /** For the bell; null when this role does not see them. */
  alarms: Channels['alarms']['value'] | null;
  bannerText: string;
  children: ReactNode;
}

const noParams = {};

/** What stands around every page: rail, top bar, search, keys. It guards nothing. */
export function ConsoleShell(props: ShellProps) {
  const areas = useMemo(() => areasFor(props.viewer.permissions), [props.viewer.permissions]);
  const items = useMemo(() => commandsOf(areas), [areas]);
  return (
    <UiProvider>
      <CommandBarProvider items={items} search={searchConsole}>
        <Frame {...props} areas={areas} />
      </CommandBarProvider>
    </UiProvider>
  );
}

function Frame({ areas, ...props }: ShellProps & { areas: readonly Area[] }) {
  const [collapsed, setCollapsed] = useState(props.collapsed);
  const [drawer, setDrawer] = useState(false);
  const [bannerSeen, setBannerSeen] = useState(false);
  const connection = useConnection();
  const router = useRouter();
  const fold = () => {
    setCollapsed(!collapsed);
    rememberChoice(railCookie, collapsed ? 'open' : 'closed');
  };
  return (
    <>
      <SkipLink />
      {areas.map((area) => (
        <AreaKey key={area.key} area={area} onGo={() => router.push(area.href)} />
      ))}
      <div className="flex min-h-dvh items-stretch">
        <Rail
          items={areas}
          collapsed={collapsed}
          head={<Mark short={collapsed} />}
          foot={
            <Tooltip says={collapsed ? 'Open the menu' : 'Fold the menu'} side="right">
              <Button
                look="quiet"
                size="icon"
                onClick={fold}
                aria-label={collapsed ? 'Open the menu' : 'Fold the menu'}
                aria-expanded={!collapsed}
              >
                {collapsed ? <PanelLeftOpen aria-hidden="true" /> : <PanelLeftClose aria-hidden="true" />}
              </Button>
            </Tooltip>
          }
        />
        <RailDrawer items={areas} open={drawer} onOpenChange={setDrawer} head={<Mark short={false} />} />
        <div className="flex min-w-0 flex-1 flex-col">
          <TopBar
            start={
              <>
                <Button
                  look="quiet"
                  size="icon"
                  className="lg:hidden"
                  aria-label="Open the menu"
                  aria-haspopup="dialog"
                  onClick={() => setDrawer(true)}
                >
                  <MenuIcon aria-hidden="true" />
                </Button>
                <span className="truncate text-body font-medium text-strong">{props.clusterName}</span>
              </>
            }
            middle={<SearchButton />}
            end={
              <>
                <LivePill state={connection.state === 'ended' ? 'stale' : connection.state} since={connection.since} />
                {props.alarms ? <Alarms initial={props.alarms} /> : null}
                <HelpMenu />
                <PersonMenu {...props} />
              </>
            }
          />
          <main id="content" tabIndex={-1} className="min-w-0 flex-1 px-4 py-4 outline-none xl:px-6">
            {connection.state === 'ended' ? (
              <Banner
                tone="notice"
                className="mb-4"
                title="Your session has ended"
                action={
                  <ButtonLink href="/sign-in" size="small">
                    Sign in again
                  </ButtonLink>
                }
              >
                What you see is the last known state.
              </Banner>
            ) : null}
            {props.bannerText && !bannerSeen ? (
              <Banner tone="notice" className="mb-4 whitespace-pre-wrap" onDismiss={() => setBannerSeen(true)}>
                {props.bannerText}
              </Banner>
            ) : null}
            {props.viewer.mustChangePassword ? (
              <Banner
                tone="warn"
                className="mb-4"
                title="Choose your own password"
                action={
                  <ButtonLink href="/account" size="small">
                    Change the password
                  </ButtonLink>
                }
              >
                You signed in with a password that somebody else or the server made.
              </Banner>
            ) : null}
            {props.viewer.mustSetUpSecondFactor && !props.viewer.mustChangePassword ? (
              <Banner
                tone="warn"
                className="mb-4"
                title="Set up a second factor"
                action={
                  <ButtonLink href="/account" size="small">
                    Set it up
                  </ButtonLink>
                }
              >
                This console asks you for one. Until then you can look, but change nothing.
              </Banner>
            ) : null}
            {props.children}
          </main>
        </div>
      </div>
    </>
  );
}

function AreaKey({ area, onGo }: { area: Area; onGo: () => void }) {
  useShortcut(`g ${area.key}`, area.label, onGo, { group: 'Go to' });
  return null;
}

const Mark = ({ short }: { short: boolean }) => (
  <Link href="/overview" className="flex min-w-0 items-center gap-2 rounded-control text-strong" aria-label="Rollcall, overview">
    {/* biome-ignore lint/performance/noImgElement: a static mark needs no optimiser, which is off */}
    <img src="/mark.svg" alt="" width={24} height={24} />
    <span className={cn('min-w-0 leading-tight', short && 'sr-only')}>
      <span className="block text-body font-semibold">Rollcall</span>
      <span className="block whitespace-nowrap text-[11px] font-normal leading-4 text-quiet">IM and Presence Administration</span>
    </span>
  </Link>
);

function SearchButton() {
  const bar = useCommandBar();
  return (
    <button
      type="button"
      onClick={bar.open}
      aria-label="Search and commands"
      className="flex h-8 items-center gap-2 rounded-control px-2 text-body text-quiet hover:text-strong md:w-72 md:border md:border-firm md:px-3"
    >
      <Search className="size-4 shrink-0" aria-hidden="true" />
      <span className="hidden flex-1 text-left md:inline">Search</span>
      <kbd className="hidden font-sans text-meta md:inline">Ctrl K</kbd>
    </button>
  );
}

function Alarms({ initial }: { initial: Channels['alarms']['value'] }) {
  const { value } = useLive('alarms', initial, noParams);
  const count = value.items.length;
  const says = count === 0 ? 'No alarms' : count === 1 ? '1 alarm' : `${count} alarms`;
  return (
    <>
      <Tooltip says={says} side="bottom">
        <Link
          href="/overview#alarms"
          aria-label={says}
          className={cn(
            'relative flex size-9 items-center justify-center rounded-control text-quiet hover:bg-sunken hover:text-strong',
            count > 0 && 'text-fault',
          )}
        >
          <Bell className="size-4" aria-hidden="true" />
          {count > 0 ? (
            <span
              aria-hidden="true"
              className="absolute top-1 right-1 min-w-4 rounded-full bg-fault px-1 text-center text-[10px] leading-4 font-semibold text-on-fault"
            >
              {count}
            </span>
          ) : null}
        </Link>
      </Tooltip>
      <span role="alert" className="sr-only">
        {value.items.map((alarm) => alarm.what).join(' ')}
      </span>
    </>
  );
}

function HelpMenu() {
  const keys = useKeys();
  const items: MenuItem[] = [
    { label: 'Keyboard shortcuts', onSelect: keys.showList },
    { kind: 'link', label: 'REST and command line reference', href: '/reference' },
    { kind: 'link', label: 'All settings and what they mean', href: '/settings' },
  ];
  return (
    <span className="max-sm:hidden">
      <Menu
        items={items}
        trigger={
          <Button look="quiet" size="icon" aria-label="Help">
            <CircleHelp aria-hidden="true" />
          </Button>
        }
      />
    </span>
  );
}

function PersonMenu({ viewer, ...props }: ShellProps) {
  const keys = useKeys();
  const [theme, setTheme] = useState(props.theme);
  const [density, setDensity] = useState(props.density);
  const items: MenuItem[] = [
    { kind: 'label', label: `${viewer.name}, ${viewer.role}` },
    { kind: 'link', label: 'My account', href: '/account' },
    { label: 'Keyboard shortcuts', onSelect: keys.showList },
    { kind: 'line' },
    {
      kind: 'choice',
      label: 'Colours',
      value: theme,
      options: [
        { value: 'system', label: 'As the system' },
        { value: 'light', label: 'Light' },
        { value: 'dark', label: 'Dark' },
      ],
      onChange: (next) => {
        setTheme(next as Theme);
        rememberChoice(themeCookie, next);
        if (next === 'system') document.documentElement.removeAttribute('data-theme');
        else document.documentElement.setAttribute('data-theme', next);
      },
    },
    {
      kind: 'choice',
      label: 'Rows',
      value: density,
      options: [
        { value: 'comfortable', label: 'Comfortable' },
        { value: 'compact', label: 'Compact' },
      ],
      onChange: (next) => {
        setDensity(next as Density);
        rememberChoice(densityCookie, next);
        document.documentElement.setAttribute('data-density', next);
      },
    },
    { kind: 'line' },
    { label: 'Sign out', onSelect: () => void signOut() },
  ];
  return (
    <Menu
      items={items}
      trigger={
        <Button look="quiet" size="icon" aria-label={`Account of ${viewer.name}`}>
          <UserRound aria-hidden="true" />
        </Button>
      }
    />
  );
}

function commandsOf(areas: readonly Area[]): readonly CommandItem[] {
  const pages = areas.flatMap((area): CommandItem[] => [
    ...(area.children ? [] : [{ id: area.href, label: area.label, group: 'Pages', href: area.href }]),
    ...(area.children ?? []).map((child) => ({ id: child.href, label: `${area.label}: ${child.label}`, group: 'Pages', href: child.href })),
  ]);
  return [
    ...pages,
    { id: '/account', label: 'My account', group: 'Pages', href: '/account', keywords: ['password', 'sessions'] },
    { id: 'sign-out', label: 'Sign out', group: 'Actions', run: () => void signOut() },
  ];
}
