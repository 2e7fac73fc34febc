import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function SettingsLoading() {
  return <TablePageSkeleton columns={4} />;
}
