import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function RolesLoading() {
  return <TablePageSkeleton columns={4} />;
}
