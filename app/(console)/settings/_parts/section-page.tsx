import { traceOf } from '@/app/_shared/console-action.ts';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { PageHeader } from '@/lib/ui/patterns/page-header.tsx';
import { FailedState, NoPermission } from '@/lib/ui/patterns/states.tsx';
import { LinkTabs } from '@/lib/ui/primitives/tabs.tsx';
import type { SettingsPlace } from './places.ts';
import { SectionForm } from './section-form.tsx';

/** The form of one page of settings. All sections are read at once, so that they are of one version. */
export async function SectionPage({ place }: { place: SettingsPlace }) {
  const viewer = await requireViewer();
  if (!may(viewer, 'settings.read')) return <NoPermission what="see settings" permission="settings.read" />;
  const view = await admin().settings.sections(viewer, {});
  return (
    <>
      <PlaceHeader place={place} />
      {view.ok ? (
        <SectionForm
          sections={view.value.sections
            .filter((section) => place.sections.includes(section.id))
            .map(({ id, title, purpose, settings }) => ({ id, title, purpose, fields: settings }))}
          version={view.value.version}
          mayWrite={may(viewer, 'settings.write')}
          nodeName={admin().nodeName}
        />
      ) : (
        <FailedState title="The settings could not be read" trace={traceOf(view.fault) ?? undefined}>
          {view.fault.message} The server goes on with the values it has.
        </FailedState>
      )}
    </>
  );
}

export const PlaceHeader = ({ place }: { place: SettingsPlace }) => (
  <PageHeader
    crumbs={place.crumbs}
    title={place.title}
    purpose={place.purpose}
    tabs={
      <LinkTabs
        label={place.title}
        tabs={[
          { href: place.base, label: 'Settings', exact: true },
          ...(place.tabs ?? []),
          { href: `${place.base}/history`, label: 'History' },
        ]}
      />
    }
  />
);
