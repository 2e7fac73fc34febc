import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { may, requireViewer } from '@/app/_shared/viewer.ts';
import { admin } from '@/lib/admin/for-pages.ts';
import { countOf } from '@/lib/ui/format.ts';
import { PageHeader, Stack } from '@/lib/ui/patterns/page-header.tsx';
import { NoPermission } from '@/lib/ui/patterns/states.tsx';
import { Link } from '@/lib/ui/primitives/link.tsx';
import { sayArea } from '../words.ts';
import { Operation } from './operation.tsx';

interface Props {
  params: Promise<{ area: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `${sayArea((await params).area)}, reference` };
}

export default async function ReferenceAreaPage({ params }: Props) {
  const viewer = await requireViewer();
  if (!may(viewer, 'self.read')) return <NoPermission what="see the reference" permission="self.read" />;
  const { area } = await params;
  const { entries, permissions } = admin().reference();
  const here = entries.filter((entry) => entry.area === area);
  if (here.length === 0) notFound();
  const rolesOf = new Map(permissions.map(({ name, roles }) => [name, roles]));
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Reference', href: '/reference' }]}
        title={sayArea(area)}
        purpose={`${countOf(here.length, 'operation')} by REST and from the command line.`}
      />
      <div className="flex items-start gap-8">
        <Stack className="max-w-3xl flex-1">
          {here.map((entry) => (
            <Operation key={entry.id} entry={entry} roles={rolesOf.get(entry.permission) ?? []} />
          ))}
        </Stack>
        <nav aria-label="Operations" className="sticky top-20 hidden w-56 shrink-0 xl:block">
          <ul className="flex flex-col gap-1 border-l border-soft pl-4">
            {here.map((entry) => (
              <li key={entry.id}>
                <Link
                  href={`#${entry.id}`}
                  className="inline-flex min-h-6 items-center rounded-[2px] text-table text-quiet hover:text-strong hover:underline"
                >
                  {entry.title}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      </div>
    </>
  );
}
