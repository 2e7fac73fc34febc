import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function UsersLoading() {
  return <TablePageSkeleton columns={6} />;
}
